/** The handle between notebook and cluster: how far the pointer or a key moves it, in percent of the page. */

/** On a narrow screen the panel is a sheet at the bottom. */
export function isSheet(): boolean {
  return matchMedia('(max-width: 900px)').matches;
}

/** Follows the pointer until it is let go. */
export function followHandle(
  event: PointerEvent,
  { width, height }: DOMRect,
  resize: (percent: number) => void,
): void {
  const handle = event.currentTarget as HTMLElement;
  handle.setPointerCapture(event.pointerId);
  const move = (e: PointerEvent): void => {
    if (isSheet()) resize(((height - e.clientY) / height) * 100);
    else resize(((width - e.clientX) / width) * 100);
  };
  handle.addEventListener('pointermove', move);
  handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), {
    once: true,
  });
}

/** How far an arrow key moves it; 0 for other keys. */
export function handleStep(event: KeyboardEvent): number {
  const by = { ArrowLeft: 2, ArrowRight: -2, ArrowUp: 2, ArrowDown: -2 }[event.key] ?? 0;
  if (by !== 0) event.preventDefault();
  return by;
}
