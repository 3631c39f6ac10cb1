import { type Dialect } from './dialect.js';
import { MAX_JSON_DEPTH } from './limits.js';
import { parseNumber } from './numbers.js';
import { setMember, type SqlValue } from './values.js';

/** A number token with sixteen digits or more, or with an exponent: a double may not hold it exactly. */
const LONG_NUMBER = /(?:^|[:,[\s])-?(?:[\d.]{16}|[\d.]+[eE])/;

const EXPONENT = /\d[eE]/;

/** The same, and whole numbers written with a fraction, which stay Decimals under 2015-10-08. */
const LONG_OR_WHOLE_NUMBER = /(?:^|[:,[\s])-?(?:[\d.]{16}|[\d.]+[eE]|\d+\.0+(?!\d))/;

/**
 * Parses a JSON text of at most {@link MAX_JSON_DEPTH} levels without losing a digit; anything else gives `invalid`.
 * Most payloads hold plain numbers and go through JSON.parse alone.
 */
export function parseJson(text: string, dialect: Dialect): { value: SqlValue } | 'invalid' {
  if (text.length > 2 * MAX_JSON_DEPTH && isTooDeep(text)) return 'invalid';
  let value: SqlValue;
  try {
    value = JSON.parse(text) as SqlValue;
  } catch {
    return 'invalid';
  }
  const needsDigits = dialect.wholeDecimalIsInt ? hasLongNumber(text) : LONG_OR_WHOLE_NUMBER.test(text);
  return { value: needsDigits ? new ExactReader(text, dialect).read() : value };
}

/** As {@link LONG_NUMBER}, which is asked only where a look at some of the characters does not tell that there is none. */
function hasLongNumber(text: string): boolean {
  return (EXPONENT.test(text) || hasLongRun(text)) && LONG_NUMBER.test(text);
}

const LONG_RUN = 16;

/** Whether so many digits and points follow each other: one of them stands at a multiple of their number then. */
function hasLongRun(text: string): boolean {
  for (let index = LONG_RUN - 1; index < text.length; index += LONG_RUN) {
    if (!isDigitOrPoint(text.charCodeAt(index))) continue;
    let [start, end] = [index, index + 1];
    while (start > 0 && isDigitOrPoint(text.charCodeAt(start - 1))) start--;
    while (end < text.length && isDigitOrPoint(text.charCodeAt(end))) end++;
    if (end - start >= LONG_RUN) return true;
  }
  return false;
}

function isDigitOrPoint(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2e;
}

/** Counts brackets outside of texts. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inText) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const LITERALS: readonly (readonly [text: string, value: SqlValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** Reads a text that JSON.parse has accepted, so it knows no errors; numbers go through {@link parseNumber}. */
class ExactReader {
  readonly #text: string;
  readonly #dialect: Dialect;
  #position = 0;

  constructor(text: string, dialect: Dialect) {
    this.#text = text;
    this.#dialect = dialect;
  }

  read(): SqlValue {
    this.#take(SPACE);
    const first = this.#text.charAt(this.#position);
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"') return this.#string();
    for (const [text, value] of LITERALS) {
      if (this.#text.startsWith(text, this.#position)) {
        this.#position += text.length;
        return value;
      }
    }
    return parseNumber(this.#take(NUMBER), this.#dialect);
  }

  #object(): SqlValue {
    const object: Record<string, SqlValue> = {};
    if (this.#opensEmpty('}')) return object;
    do {
      this.#take(SPACE);
      const key = this.#string();
      this.#punctuation();
      setMember(object, key, this.read());
    } while (this.#punctuation() === ',');
    return object;
  }

  #array(): SqlValue {
    const array: SqlValue[] = [];
    if (this.#opensEmpty(']')) return array;
    do array.push(this.read() ?? null);
    while (this.#punctuation() === ',');
    return array;
  }

  #opensEmpty(close: string): boolean {
    this.#position++;
    this.#take(SPACE);
    if (this.#text.charAt(this.#position) !== close) return false;
    this.#position++;
    return true;
  }

  #string(): string {
    return JSON.parse(this.#take(STRING)) as string;
  }

  /** The next mark: a comma, a colon or a closing bracket. */
  #punctuation(): string {
    this.#take(SPACE);
    return this.#text.charAt(this.#position++);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#position += text.length;
    return text;
  }
}

/** A value that came from outside as JavaScript: its numbers get the forms that {@link SqlValue} promises. */
export function fromJson(value: unknown, dialect: Dialect): SqlValue {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return undefined;
  const parsed = parseJson(text, dialect);
  return parsed === 'invalid' ? undefined : parsed.value;
}
