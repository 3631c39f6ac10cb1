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
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const HALF_A_CHARACTER = /\p{Surrogate}/u;
const WORD = /[A-Za-z_]+/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** What people write that is no JSON, by the character that gives it away. */
const HINTS: readonly (readonly [characters: string, hint: string])[] = [
  ["'\u2018\u2019\u201c\u201d", 'names and strings stand in straight double quotes'],
  ['/#', 'JSON has no comments'],
  ['\ufeff', 'remove the byte order mark'],
];

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
      element();
      this.take(SPACE);
      const offset = this.offset;
      const next = this.text[offset];
      if (next !== ',' && next !== close) this.fail(`Expected "," or "${close}"`, path);
      this.offset++;
      if (next === close) return;
      this.take(SPACE);
      if (this.text[this.offset] !== close) continue;
      throw new DocumentFault(`Nothing follows this ","; remove it, or the "${close}" comes too early`, {
        path,
        offset,
      });
    }
  }

  private string(path: string): string {
    const start = this.offset;
    let at = start + 1;
    for (;;) {
      const character = this.text[at];
      if (character === '"') break;
      if (character === undefined) throw new DocumentFault('The string is not closed', { path, offset: start });
      if (character < ' ') throw new DocumentFault(describeControl(character), { path, offset: at });
      at += character === '\\' ? this.escapeLength(path, at) : 1;
    }
    this.offset = at + 1;
    const value = JSON.parse(this.text.slice(start, this.offset)) as string;
    if (!HALF_A_CHARACTER.test(value)) return value;
    throw new DocumentFault('The string contains half of a surrogate pair, which is no character', {
      path,
      offset: start,
    });
  }

  private escapeLength(path: string, offset: number): number {
    ESCAPE.lastIndex = offset;
    const escape = ESCAPE.exec(this.text)?.[0];
    if (escape !== undefined) return escape.length;
    const found = JSON.stringify(this.text.slice(offset, offset + 2));
    throw new DocumentFault(`There is no escape ${found} in JSON; a backslash itself is written "\\\\"`, {
      path,
      offset,
    });
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
    const hint = HINTS.find(([characters]) => found !== undefined && characters.includes(found))?.[1];
    throw new DocumentFault(`${expectation}, but ${but}${hint === undefined ? '' : `; ${hint}`}`, {
      path,
      offset: this.offset,
    });
  }
}

function describeControl(character: string): string {
  if (character === '\n' || character === '\r')
    return 'The string is not closed on its line; a line break is written "\\n"';
  return `The string contains the control character ${JSON.stringify(character)}; write it in this way`;
}
