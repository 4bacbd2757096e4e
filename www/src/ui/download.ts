/** Gives the person a file to save, and takes files that they drop or pick. */
import type { NotebookSession } from '../kernels/session.ts';

export function saveFile(
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  type: string,
): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function pickFiles(accept: string, multiple: boolean): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.multiple = multiple;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/** Puts files into the notebook's working folder. */
export async function uploadFiles(session: NotebookSession, files: readonly File[]): Promise<void> {
  for (const file of files) {
    await session.folder.write(file.name, new Uint8Array(await file.arrayBuffer()));
  }
}
