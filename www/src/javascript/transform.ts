/**
 * Makes of a cell's text what can be evaluated: top-level variables, functions, classes and imports become the kernel's
 * globals, `await` works everywhere and can be stopped, the last expression is the cell's value.
 *
 * Lines stay where they are, so that stacks name the cell's own lines. Runs nothing.
 */
import { parse, type Node, type Program } from 'acorn';

export interface ImportBinding {
  /** 'default', '*' or a name. */
  imported: string;
  local: string;
}

export interface CellImport {
  source: string;
  bindings: ImportBinding[];
}

export interface CellProgram {
  imports: CellImport[];
  /** Function declarations alone, for a sloppy global script: they become globals before anything runs. */
  functions: string;
  /** The rest, as the text of an expression whose value is the promise of the cell's value. */
  body: string;
  /** All names that the cell makes global. */
  names: string[];
  /** Those that must be there before the body runs. */
  declare: string[];
}

export interface ModuleProgram {
  imports: CellImport[];
  /** The text of a function of the imported namespaces and `import.meta`, whose promise is of the exports. */
  body: string;
}

/** Where a text cannot be parsed: line from 1, column from 0. */
export class ParseError extends SyntaxError {
  override readonly name = 'SyntaxError';
  readonly source: string;
  readonly line: number;
  readonly column: number;

  constructor(message: string, source: string, line: number, column: number) {
    super(message);
    this.source = source;
    this.line = line;
    this.column = column;
  }
}

/** A node as acorn gives it, with whatever members its type has. */
type Any = Node & { [member: string]: any };

interface Edit {
  at: number;
  end: number;
  text: string;
  /** Belongs to what stands before it. */
  closes: boolean;
}

/** Reached from cells under these names. */
export const HELPERS = {
  await: '$await',
  iterate: '$iterate',
  import: '$import',
  meta: '$meta',
  shell: '$shell',
} as const;

type Span = { start: number; end: number };

const MAGIC = /^\s*%%\s*(?:javascript|js|typescript|ts|node)\b[^\n]*/;
const SHELL_LINE = /^!{1,2}\s?(.*)$/;

/** `file` is the name that stacks shall give. */
export function transformCell(source: string, file: string): CellProgram {
  const text = withoutMagic(source);
  let program: Program;
  let code = text;
  try {
    program = parseProgram(text);
  } catch (error) {
    code = withShellLines(text);
    if (code === text) throw error;
    program = parseProgram(code);
  }
  return new Transformer(code, file).cell(program as Any);
}

/** A file that is imported; undefined when it is none of the kind that imports and exports. */
export function transformModule(source: string, file: string): ModuleProgram | undefined {
  const program = parseProgram(source) as Any;
  const isModule = (program.body as Any[]).some(({ type }) => /^(Import|Export)\w*Declaration$/.test(type));
  return isModule ? new Transformer(source, file).module(program) : undefined;
}

/** The `%%javascript` line is not JavaScript; its place stays, so that lines keep their numbers. */
function withoutMagic(source: string): string {
  return source.replace(MAGIC, (line) => line.replace(/[^\n]/g, ' '));
}

/** Lines that begin with `!` are the shell's, if the cell makes no sense otherwise. Continued by `\`. */
function withShellLines(source: string): string {
  const lines = source.split('\n');
  for (let at = 0; at < lines.length; at++) {
    let command = SHELL_LINE.exec(lines[at] ?? '')?.[1];
    if (command === undefined) continue;
    const first = at;
    while (command.endsWith('\\') && at + 1 < lines.length) {
      command += `\n${lines[++at]}`;
      lines[at] = '';
    }
    lines[first] = `;await ${HELPERS.shell}(${JSON.stringify(command)});`;
  }
  return lines.join('\n');
}

function parseProgram(text: string): Program {
  try {
    return parse(text, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      allowAwaitOutsideFunction: true,
      allowHashBang: true,
      locations: false,
    });
  } catch (error) {
    const { message, loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    if (!loc) throw error;
    throw new ParseError(message.replace(/ \(\d+:\d+\)$/, ''), text, loc.line, loc.column);
  }
}

class Transformer {
  readonly #text: string;
  readonly #file: string;
  #edits: Edit[] = [];
  #functions: Span[] = [];
  #imports: CellImport[] = [];
  #names = new Set<string>();
  #declare = new Set<string>();
  /** Members of the literal that a module gives. */
  #exports: string[] = [];
  readonly #lineStarts: number[] = [0];

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
      this.#lineStarts.push(at + 1);
  }

  cell(program: Any): CellProgram {
    const body = program.body as Any[];
    for (const statement of body) this.#topLevel(statement);
    const last = body.at(-1);
    if (last?.type === 'ExpressionStatement') {
      this.#open(last.start, 'return (');
      this.#close(last.expression.end, ')');
    }
    this.#visit(program, true);
    if (body[0]?.directive === 'use strict') for (const name of this.#names) this.#declare.add(name);
    const outside = gaps(this.#functions, this.#text.length);
    return {
      imports: this.#imports,
      functions: this.#functions.length > 0 ? this.#render(this.#functions) : '',
      body: `(async () => {${this.#render(outside)}\n})()`,
      names: [...this.#names],
      declare: [...this.#declare],
    };
  }

  module(program: Any): ModuleProgram {
    for (const statement of program.body as Any[]) this.#moduleLevel(statement);
    this.#visit(program, false);
    const heads = this.#imports.map(({ bindings }, at) => {
      const names = bindings.filter(({ imported }) => imported !== '*');
      const all = bindings.find(({ imported }) => imported === '*');
      const pairs = names.map(({ imported, local }) => `${JSON.stringify(imported)}: ${local}`);
      return `${all ? `const ${all.local} = $imports[${at}];` : ''}const {${pairs.join(', ')}} = $imports[${at}];`;
    });
    const text = this.#render([{ start: 0, end: this.#text.length }]);
    const exports = `{${this.#exports.join(', ')}}`;
    return {
      imports: this.#imports,
      body: `(async ($imports, ${HELPERS.meta}) => {let $default;${heads.join('')}${text}\n;return ${exports}})`,
    };
  }

  /** Names stay the module's own; what it exports is collected. */
  #moduleLevel(statement: Any): void {
    const { declaration, specifiers, source } = statement;
    switch (statement.type) {
      case 'ImportDeclaration':
        this.#import(statement);
        break;
      case 'ExportNamedDeclaration':
        if (declaration) {
          this.#blank(statement.start, declaration.start);
          const names: string[] = declaration.id
            ? [declaration.id.name]
            : (declaration.declarations as Any[]).flatMap(({ id }) => namesOf(id));
          this.#exports.push(...names);
          break;
        }
        this.#blank(statement.start, statement.end);
        if (source) this.#imports.push({ source: source.value, bindings: [] });
        for (const { local, exported } of specifiers as Any[]) {
          const from = source ? `$imports[${this.#imports.length - 1}].` : '';
          this.#exports.push(`${JSON.stringify(exported.name ?? exported.value)}: ${from}${local.name}`);
        }
        break;
      case 'ExportAllDeclaration':
        this.#blank(statement.start, statement.end);
        this.#exports.push(`...$imports[${this.#imports.length}]`);
        this.#imports.push({ source: source.value, bindings: [] });
        break;
      case 'ExportDefaultDeclaration':
        if (/Declaration$/.test(declaration.type) && declaration.id) {
          this.#blank(statement.start, declaration.start);
          this.#exports.push(`default: ${declaration.id.name}`);
        } else {
          this.#replace(statement.start, declaration.start, ';$default = ');
          this.#exports.push('default: $default');
        }
        break;
    }
  }

  // ─── Declarations of a cell's top level ───

  #topLevel(statement: Any): void {
    switch (statement.type) {
      case 'ImportDeclaration':
        this.#import(statement);
        break;
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        if (statement.declaration) {
          this.#blank(statement.start, statement.declaration.start);
          this.#topLevel(statement.declaration);
        } else this.#blank(statement.start, statement.end);
        break;
      case 'ExportDefaultDeclaration':
        this.#exportDefault(statement);
        break;
      case 'FunctionDeclaration':
        this.#names.add(statement.id.name);
        this.#functions.push(statement);
        break;
      case 'ClassDeclaration':
        this.#names.add(statement.id.name);
        this.#open(statement.start, `;${statement.id.name} = `);
        this.#close(statement.end, ';');
        break;
      case 'VariableDeclaration':
        if (/^(const|let)$/.test(statement.kind)) this.#variables(statement, ';');
        break;
    }
  }

  #exportDefault(statement: Any): void {
    const { declaration } = statement;
    if (/Declaration$/.test(declaration.type) && declaration.id) {
      this.#blank(statement.start, declaration.start);
      this.#topLevel(declaration);
    } else {
      this.#blank(statement.start, declaration.start);
      this.#open(declaration.start, ';(');
      this.#close(declaration.end, ')');
    }
  }

  #import(statement: Any): void {
    const bindings: ImportBinding[] = (statement.specifiers as Any[]).map((specifier) => ({
      imported:
        specifier.type === 'ImportDefaultSpecifier'
          ? 'default'
          : specifier.type === 'ImportNamespaceSpecifier'
            ? '*'
            : (specifier.imported.name ?? specifier.imported.value),
      local: specifier.local.name,
    }));
    for (const { local } of bindings) this.#names.add(local);
    this.#imports.push({ source: statement.source.value, bindings });
    this.#blank(statement.start, statement.end);
  }

  /** `const a = 1, {b} = c` becomes `a = 1, ({b} = c)`. `lead` takes the keyword's place. */
  #variables(declaration: Any, lead: string): void {
    const list = declaration.declarations as Any[];
    this.#replace(declaration.start, declaration.start + declaration.kind.length, lead);
    for (const { id, init, end } of list) {
      for (const name of namesOf(id)) this.#names.add(name);
      if (id.type === 'Identifier') {
        if (init) continue;
        // `var` keeps a value that is there; `let` begins anew.
        if (declaration.kind === 'var') this.#declare.add(id.name);
        else this.#close(end, ' = undefined');
      } else if (init) {
        this.#open(id.start, '(');
        this.#close(end, ')');
      }
    }
  }

  // ─── Everything below ───

  #visit(node: Any, ownScope: boolean, parent?: Any): void {
    switch (node.type) {
      case 'ImportExpression':
        this.#replace(node.start, node.start + 'import'.length, HELPERS.import);
        break;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.#replace(node.start, node.end, HELPERS.meta);
        break;
      case 'AwaitExpression':
        this.#open(node.argument.start, `${HELPERS.await}((`);
        this.#close(node.argument.end, `), ${this.#place(node.start)})`);
        break;
      case 'ForOfStatement':
        if (node.await) {
          this.#open(node.right.start, `${HELPERS.iterate}((`);
          this.#close(node.right.end, `), ${this.#place(node.start)})`);
        }
        break;
      case 'VariableDeclaration':
        if (node.kind === 'var' && ownScope) this.#var(node, parent);
        break;
    }
    const inner = ownScope && !/Function|^Class|^StaticBlock/.test(node.type);
    for (const child of childrenOf(node)) this.#visit(child, inner, node);
  }

  /** `var` in blocks and loops of the top level is global too. */
  #var(node: Any, parent: Any | undefined): void {
    const listed = /^(Program|BlockStatement|SwitchCase|ExportNamedDeclaration)$/.test(parent?.type ?? '');
    const loop = /^For(In|Of)Statement$/.test(parent?.type ?? '') && parent?.left === node;
    if (!loop) return this.#variables(node, listed ? ';' : '');
    for (const { id } of node.declarations as Any[])
      for (const name of namesOf(id)) this.#names.add(name);
    this.#blank(node.start, node.start + 'var'.length);
  }

  /** File, line and column of an `await`, for stacks that do not reach it. */
  #place(at: number): string {
    let line = this.#lineStarts.length - 1;
    while ((this.#lineStarts[line] ?? 0) > at) line--;
    return JSON.stringify(`${this.#file}:${line + 1}:${at - (this.#lineStarts[line] ?? 0) + 1}`);
  }

  // ─── Text ───

  #open(at: number, text: string): void {
    this.#edits.push({ at, end: at, text, closes: false });
  }

  #close(at: number, text: string): void {
    this.#edits.push({ at, end: at, text, closes: true });
  }

  #replace(at: number, end: number, text: string): void {
    this.#edits.push({ at, end, text, closes: false });
  }

  #blank(at: number, end: number): void {
    this.#replace(at, end, blank(this.#text.slice(at, end)));
  }

  /** The parts with their edits; line breaks alone of what lies between. */
  #render(parts: Span[]): string {
    const edits = this.#edits.map((edit, order) => ({ ...edit, order }));
    // At one place, what closes comes before what opens. What was asked for first is the outer one.
    edits.sort(
      (a, b) =>
        a.at - b.at ||
        Number(b.closes) - Number(a.closes) ||
        (a.closes ? b.order - a.order : a.order - b.order),
    );
    let text = '';
    let at = 0;
    for (const part of parts) {
      text += blank(this.#text.slice(at, part.start));
      at = part.start;
      for (const edit of edits) {
        if (edit.at < at || edit.at > part.end || edit.end > part.end) continue;
        if (edit.at === (edit.closes ? part.start : part.end)) continue;
        text += this.#text.slice(at, edit.at) + edit.text;
        at = edit.end;
      }
      text += this.#text.slice(at, part.end);
      at = part.end;
    }
    return text;
  }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function gaps(parts: Span[], length: number): Span[] {
  const found: Span[] = [];
  let at = 0;
  for (const { start, end } of parts) {
    found.push({ start: at, end: start });
    at = end;
  }
  found.push({ start: at, end: length });
  return found;
}

/** The names that a pattern binds. */
function namesOf(pattern: Any | null): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return (pattern.properties as Any[]).flatMap((p) => namesOf(p.type === 'RestElement' ? p.argument : p.value));
    case 'ArrayPattern':
      return (pattern.elements as (Any | null)[]).flatMap(namesOf);
    case 'AssignmentPattern':
      return namesOf(pattern.left);
    case 'RestElement':
      return namesOf(pattern.argument);
    default:
      return [];
  }
}

function childrenOf(node: Any): Any[] {
  return Object.values(node).flatMap((value): Any[] => {
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

function isNode(value: unknown): value is Any {
  return typeof value === 'object' && value !== null && typeof (value as Any).type === 'string';
}
