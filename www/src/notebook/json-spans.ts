/**
 * Finds where the values of a JSON text stand, without copying them.
 *
 * A notebook that is saved must not change where nobody touched it. `JSON.parse` forgets how a number or a text
 * was written; these spans let the writer copy the old characters. Also tells line and column of a mistake.
 */

/** A value's place in the text; objects and arrays down to the asked depth have their members. */
export interface Span {
  start: number;
  end: number;
  members?: Map<string, Span>;
  items?: Span[];
}

export class JsonMistake extends Error {
  readonly line: number;
  readonly column: number;
  constructor(what: string, text: string, at: number) {
    let line = 1;
    let from = 0;
    for (
      let next = text.indexOf('\n');
      next >= 0 && next < at;
      next = text.indexOf('\n', next + 1)
    ) {
      line++;
      from = next + 1;
    }
    super(`${what} (line ${line}, column ${at - from + 1})`);
    this.line = line;
    this.column = at - from + 1;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
const MAX_DEPTH = 500;

/** Scans one JSON text; members and items are kept down to `keepDepth` levels. Throws `JsonMistake`. */
export function scan(text: string, keepDepth: number): Span {
  let at = 0;

  const fail = (what: string): never => {
    throw new JsonMistake(
      at >= text.length ? 'The text ends too early' : what,
      text,
      Math.min(at, text.length),
    );
  };
  const space = (): void => {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  };
  const token = (pattern: RegExp, what: string): void => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) fail(what);
    at = pattern.lastIndex;
  };
  const string = (): void => {
    if (text[at] !== '"') fail('A text in double quotes is expected here');
    const open = at;
    for (let close = text.indexOf('"', at + 1); ; close = text.indexOf('"', close + 1)) {
      if (close < 0) {
        at = open;
        throw new JsonMistake('This text is not closed', text, open);
      }
      let slashes = 0;
      while (text[close - 1 - slashes] === '\\') slashes++;
      if (slashes % 2 === 0) {
        at = close + 1;
        return;
      }
    }
  };

  const value = (depth: number): Span => {
    if (depth > MAX_DEPTH) fail('Nested too deeply');
    const start = at;
    const keep = depth < keepDepth;
    let members: Map<string, Span> | undefined;
    let items: Span[] | undefined;
    switch (text[at]) {
      case '{':
        members = object(depth, keep);
        break;
      case '[':
        items = array(depth, keep);
        break;
      case '"':
        string();
        break;
      case 't':
      case 'f':
      case 'n':
        token(LITERAL, 'true, false or null is expected here');
        break;
      default:
        token(NUMBER, 'A value is expected here');
    }
    return { start, end: at, members, items };
  };

  const object = (depth: number, keep: boolean): Map<string, Span> | undefined => {
    const members = keep ? new Map<string, Span>() : undefined;
    at++;
    space();
    if (text[at] === '}') {
      at++;
      return members;
    }
    for (;;) {
      const nameStart = at;
      string();
      const name = keep ? (JSON.parse(text.slice(nameStart, at)) as string) : '';
      space();
      if (text[at] !== ':') fail('A colon is expected here');
      at++;
      space();
      const span = value(depth + 1);
      members?.set(name, span);
      space();
      if (text[at] === '}') break;
      if (text[at] !== ',') fail('A comma or } is expected here');
      at++;
      space();
    }
    at++;
    return members;
  };

  const array = (depth: number, keep: boolean): Span[] | undefined => {
    const items: Span[] | undefined = keep ? [] : undefined;
    at++;
    space();
    if (text[at] === ']') {
      at++;
      return items;
    }
    for (;;) {
      const span = value(depth + 1);
      items?.push(span);
      space();
      if (text[at] === ']') break;
      if (text[at] !== ',') fail('A comma or ] is expected here');
      at++;
      space();
    }
    at++;
    return items;
  };

  space();
  const root = value(0);
  space();
  if (at < text.length) fail('Nothing more is expected here');
  return root;
}
