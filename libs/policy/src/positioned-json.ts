import { DocumentFault } from './document-fault.js';

/** A value of a JSON text that knows where it stands. */
export type JsonNode = JsonObjectNode | JsonArrayNode | JsonScalarNode;

interface Located {
  /** Where the value is in the document, e.g. `Statement[0].Effect`; empty for the document itself. */
  readonly path: string;
  /** Where the value begins in the text, counted from 0. */
  readonly offset: number;
}

/** An object with its members in the order of the text. No name stands in it twice. */
export interface JsonObjectNode extends Located {
  readonly type: 'object';
  readonly members: readonly JsonMember[];
}

/** A member of an object; its own position is that of the name. */
export interface JsonMember extends Located {
  readonly name: string;
  readonly value: JsonNode;
}

/** An array. */
export interface JsonArrayNode extends Located {
  readonly type: 'array';
  readonly items: readonly JsonNode[];
}

/** A string, number, boolean or null. */
export interface JsonScalarNode extends Located {
  readonly type: 'scalar';
  readonly value: string | number | boolean | null;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_]+/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * Parses a JSON text and keeps the position of every value, which `JSON.parse` does not. Refuses a name that stands
 * twice in one object, because readers disagree on which of the two counts. Throws {@link DocumentFault}.
 */
export function parsePositionedJson(text: string): JsonNode {
  const reader = new Reader(text);
  const root = reader.value('');
  reader.end();
  return root;
}

/** The line and column of an offset, both counted from 1. */
export function locate(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

class Reader {
  private offset = 0;

  constructor(private readonly text: string) {}

  value(path: string): JsonNode {
    this.take(SPACE);
    const at = { path, offset: this.offset };
    switch (this.text[this.offset]) {
      case '{':
        return { type: 'object', ...at, members: this.members(path) };
      case '[':
        return { type: 'array', ...at, items: this.items(path) };
      case '"':
        return { type: 'scalar', ...at, value: this.string(path) };
      default:
        return { type: 'scalar', ...at, value: this.numberOrWord(path) };
    }
  }

  end(): void {
    this.take(SPACE);
    if (this.offset < this.text.length) this.fail('Expected the end of the text', '');
  }

  private members(path: string): JsonMember[] {
    const members: JsonMember[] = [];
    const names = new Set<string>();
    this.list('{', '}', path, () => {
      const offset = this.offset;
      if (this.text[offset] !== '"') this.fail('Expected a name in double quotes', path);
      const name = this.string(path);
      const at = { path: path === '' ? name : `${path}.${name}`, offset };
      if (names.has(name)) throw new DocumentFault(`The name "${name}" stands twice in one object`, at);
      names.add(name);
      this.take(SPACE);
      if (this.text[this.offset] !== ':') this.fail(`Expected ":" after the name "${name}"`, at.path);
      this.offset++;
      members.push({ name, ...at, value: this.value(at.path) });
    });
    return members;
  }

  private items(path: string): JsonNode[] {
    const items: JsonNode[] = [];
    this.list('[', ']', path, () => items.push(this.value(`${path}[${items.length}]`)));
    return items;
  }

  private list(open: string, close: string, path: string, element: () => void): void {
    this.offset += open.length;
    this.take(SPACE);
    if (this.text[this.offset] === close) {
      this.offset++;
      return;
    }
    for (;;) {
      this.take(SPACE);
      element();
      this.take(SPACE);
      const next = this.text[this.offset];
      if (next !== ',' && next !== close) this.fail(`Expected "," or "${close}"`, path);
      this.offset++;
      if (next === close) return;
    }
  }

  private string(path: string): string {
    const start = this.offset;
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) throw new DocumentFault('The string is not closed', { path, offset: start });
    this.offset = end + 1;
    try {
      return JSON.parse(this.text.slice(start, end + 1)) as string;
    } catch {
      throw new DocumentFault('The string contains a line break, control character or unknown escape', {
        path,
        offset: start,
      });
    }
  }

  private numberOrWord(path: string): number | boolean | null {
    const start = this.offset;
    const word = this.take(WORD);
    const known = WORDS.get(word);
    if (known !== undefined) return known;
    const number = word === '' ? this.take(NUMBER) : '';
    if (number !== '') return Number(number);
    this.offset = start;
    return this.fail('Expected a value', path);
  }

  /** Moves over what the sticky expression matches here. */
  private take(expression: RegExp): string {
    expression.lastIndex = this.offset;
    const taken = expression.exec(this.text)?.[0] ?? '';
    this.offset += taken.length;
    return taken;
  }

  private fail(expectation: string, path: string): never {
    const found = this.text[this.offset];
    const but = found === undefined ? 'the text ends' : `found ${JSON.stringify(found)}`;
    throw new DocumentFault(`${expectation}, but ${but}`, { path, offset: this.offset });
  }
}
