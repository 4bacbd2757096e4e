/**
 * Draws the outputs of one cell into an element, changing only what has changed: a consumer may print for hours.
 */
import { ansiSpans } from '../notebook/ansi.ts';
import { applyCarriageReturns, shownPart } from '../notebook/outputs.ts';
import type { DataOutput, Json, Output, StreamOutput } from '../notebook/types.ts';

/** Renders strangers' HTML and Markdown; comes with the Markdown chunk. */
export interface Rich {
  sanitise(html: string, base: string): DocumentFragment;
  renderMarkdown(source: string, base: string): DocumentFragment;
}

interface Drawn {
  output: Output;
  element: HTMLElement;
  stream?: { head: HTMLElement; headText: string; gap: HTMLElement; tail: HTMLElement };
}

function textOf(value: Json | undefined): string {
  return Array.isArray(value)
    ? value.join('')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value, null, 2);
}

function fill(element: HTMLElement, text: string): void {
  const spans = ansiSpans(applyCarriageReturns(text));
  if (spans.length === 1 && spans[0]?.classes === '') {
    element.textContent = spans[0].text;
    return;
  }
  element.replaceChildren(
    ...spans.map((span) => {
      if (span.classes === '') return document.createTextNode(span.text);
      const node = document.createElement('span');
      node.className = span.classes;
      node.textContent = span.text;
      return node;
    }),
  );
}

function make(tag: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== '') element.textContent = text;
  return element;
}

export class OutputView {
  readonly #host: HTMLElement;
  readonly #base: () => string;
  readonly #download: () => void;
  #rich: Rich | null = null;
  #drawn: Drawn[] = [];

  constructor(host: HTMLElement, base: () => string, download: () => void) {
    this.#host = host;
    this.#base = base;
    this.#download = download;
  }

  set rich(rich: Rich) {
    if (this.#rich) return;
    this.#rich = rich;
    const outputs = this.#drawn.map((drawn) => drawn.output);
    if (outputs.some((output) => 'data' in output)) {
      this.#drawn = [];
      this.#host.replaceChildren();
      this.update(outputs);
    }
  }

  update(outputs: readonly Output[]): void {
    const atEnd = this.#host.scrollHeight - this.#host.scrollTop - this.#host.clientHeight < 24;
    for (const [index, output] of outputs.entries()) {
      const drawn = this.#drawn[index];
      if (drawn?.output === output) continue;
      if (
        drawn?.stream &&
        output.output_type === 'stream' &&
        drawn.output.output_type === 'stream' &&
        drawn.output.name === output.name
      ) {
        drawn.output = output;
        this.#drawStream(drawn, output);
        continue;
      }
      const fresh = this.#make(output);
      if (drawn) drawn.element.replaceWith(fresh.element);
      else this.#host.append(fresh.element);
      this.#drawn[index] = fresh;
    }
    for (const gone of this.#drawn.splice(outputs.length)) gone.element.remove();
    const scrolls = this.#host.scrollHeight > this.#host.clientHeight + 1;
    if (scrolls) this.#host.tabIndex = 0;
    else this.#host.removeAttribute('tabindex');
    if (atEnd) this.#host.scrollTop = this.#host.scrollHeight;
  }

  #make(output: Output): Drawn {
    switch (output.output_type) {
      case 'stream': {
        const element = make('div', `stream ${output.name}`);
        const stream = {
          head: make('pre', ''),
          headText: '',
          gap: make('p', 'gap'),
          tail: make('pre', ''),
        };
        element.append(stream.head, stream.gap, stream.tail);
        const drawn = { output, element, stream };
        this.#drawStream(drawn, output);
        return drawn;
      }
      case 'error':
        return { output, element: this.#error(output) };
      case 'unknown':
        return {
          output,
          element: make(
            'p',
            'note',
            'An output of a kind that this page does not know. It is kept in the file.',
          ),
        };
      default:
        return { output, element: this.#data(output) };
    }
  }

  #drawStream(drawn: Drawn, output: StreamOutput): void {
    const { stream } = drawn;
    if (!stream) return;
    const part = shownPart(output.text);
    if (stream.headText !== part.head) {
      stream.headText = part.head;
      fill(stream.head, part.head);
    }
    stream.gap.hidden = part.hiddenLines === 0;
    stream.tail.hidden = part.hiddenLines === 0;
    if (part.hiddenLines === 0) return;
    const button = document.createElement('button');
    button.className = 'link';
    button.textContent = 'Download all of it';
    button.addEventListener('click', this.#download);
    stream.gap.replaceChildren(
      `${part.hiddenLines.toLocaleString()} lines are not shown here. `,
      button,
    );
    fill(stream.tail, part.tail);
  }

  #error(output: Extract<Output, { output_type: 'error' }>): HTMLElement {
    if (output.ename === 'CalledProcessError') return make('p', 'exit-status', output.evalue);
    const element = make('div', 'error');
    const trace = output.traceback.join('\n');
    if (trace !== '') {
      const pre = document.createElement('pre');
      fill(pre, trace);
      element.append(pre);
    } else if (output.ename === 'NotBuiltYet' || output.ename === 'KernelError') {
      element.append(make('p', '', output.evalue));
    } else {
      const pre = document.createElement('pre');
      fill(pre, `${output.ename}: ${output.evalue}`);
      element.append(pre);
    }
    return element;
  }

  #data(output: DataOutput): HTMLElement {
    const element = make('div', 'data');
    const image = Object.keys(output.data).find((mime) =>
      /^image\/(png|jpeg|gif|webp)$/.test(mime),
    );
    if (image) {
      element.append(
        this.#image(
          `data:${image};base64,${textOf(output.data[image]).replace(/\s/g, '')}`,
          output,
        ),
      );
    } else if (output.data['image/svg+xml'] !== undefined) {
      // As an image an SVG runs no script and fetches nothing.
      const svg = textOf(output.data['image/svg+xml']);
      element.append(this.#image(`data:image/svg+xml,${encodeURIComponent(svg)}`, output));
    } else if (output.data['text/html'] !== undefined && this.#rich) {
      element.classList.add('prose');
      element.append(this.#rich.sanitise(textOf(output.data['text/html']), this.#base()));
    } else if (output.data['text/markdown'] !== undefined && this.#rich) {
      element.classList.add('prose');
      element.append(this.#rich.renderMarkdown(textOf(output.data['text/markdown']), this.#base()));
    } else if (output.data['application/json'] !== undefined) {
      const pre = document.createElement('pre');
      pre.textContent = JSON.stringify(output.data['application/json'], null, 2);
      element.append(pre);
    } else {
      const pre = document.createElement('pre');
      const known = output.data['text/plain'];
      fill(pre, known === undefined ? `(${Object.keys(output.data).join(', ')})` : textOf(known));
      element.append(pre);
    }
    return element;
  }

  #image(address: string, output: DataOutput): HTMLImageElement {
    const image = document.createElement('img');
    image.src = address;
    image.alt = textOf(output.data['text/plain'] ?? 'Output picture');
    for (const details of Object.values(output.metadata)) {
      if (typeof details !== 'object' || details === null || Array.isArray(details)) continue;
      if (typeof details.width === 'number') image.width = details.width;
      if (typeof details.height === 'number') image.height = details.height;
    }
    return image;
  }
}
