import { FOREIGN_MARKS } from './foreign-sql.js';
import { MAX_VARIABLE_NAME } from './limits.js';
import { syntaxError } from './syntax-error.js';
import { KEYWORDS, SYMBOLS, type Keyword, type Token } from './tokens.js';

const SPACE = /\s*/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const VARIABLE = /@[A-Za-z0-9_]*/y;

const keywords: ReadonlyMap<string, Keyword> = new Map(KEYWORDS.map((keyword) => [keyword, keyword]));

/**
 * Cuts a source into tokens, one call at a time, so that a template can stop exactly where its expression ends.
 * Throws `SqlParse` at what is no token.
 */
export class Lexer {
  readonly #source: string;
  #position: number;

  constructor(source: string, position: number) {
    this.#source = source;
    this.#position = position;
  }

  /** The next token; at the end of the source a token of kind `end`, again and again. */
  next(): Token {
    this.#position += this.#match(SPACE)?.length ?? 0;
    const start = this.#position;
    const token = this.#read(start);
    this.#position = token.end;
    return token;
  }

  #read(start: number): Token {
    if (start >= this.#source.length) return { kind: 'end', text: '', start, end: start };
    const word = this.#match(WORD);
    if (word !== undefined) return wordToken(word, start);
    const first = this.#source.charAt(start);
    if (first === '"' || first === "'") return this.#string(first, start);
    if (first >= '0' && first <= '9') return this.#number(start);
    if (first === '@') return this.#variable(start);
    return this.#symbol(start);
  }

  /** A quoted text. No escape is documented, so a backslash is an ordinary character. */
  #string(quote: string, start: number): Token {
    const close = this.#source.indexOf(quote, start + 1);
    if (close < 0) throw this.#error(start, `the text that starts here has no closing ${quote}`);
    return { kind: 'string', text: this.#source.slice(start + 1, close), start, end: close + 1 };
  }

  #number(start: number): Token {
    const text = this.#match(NUMBER) ?? '';
    const end = start + text.length;
    this.#position = end;
    const glued = this.#match(WORD);
    if (glued !== undefined) {
      const name = text + glued;
      throw this.#error(start, `"${name}" is neither a number nor a name; reach such a field by get(*, "${name}")`);
    }
    return { kind: 'number', text, start, end };
  }

  #variable(start: number): Token {
    const name = (this.#match(VARIABLE) ?? '@').slice(1);
    if (name === '') throw this.#error(start, 'expected the name of a variable after @');
    if (name.length > MAX_VARIABLE_NAME) {
      throw this.#error(
        start,
        `the name of a variable has at most ${MAX_VARIABLE_NAME} characters, this one ${name.length}`,
      );
    }
    return { kind: 'variable', text: name, start, end: start + name.length + 1 };
  }

  #symbol(start: number): Token {
    const foreign = FOREIGN_MARKS.find(([mark]) => this.#source.startsWith(mark, start));
    if (foreign) throw this.#error(start, `"${foreign[0]}" is not part of the language: ${foreign[1]}`);
    const symbol = SYMBOLS.find((candidate) => this.#source.startsWith(candidate, start));
    if (symbol === undefined) {
      const character = String.fromCodePoint(this.#source.codePointAt(start) ?? 0);
      throw this.#error(start, `the character ${JSON.stringify(character)} is not part of the language`);
    }
    return { kind: 'symbol', text: symbol, start, end: start + symbol.length };
  }

  /** What a sticky pattern matches at the position, if anything. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#source)?.[0];
  }

  #error(offset: number, problem: string): Error {
    return syntaxError(this.#source, offset, problem);
  }
}

function wordToken(text: string, start: number): Token {
  const end = start + text.length;
  const keyword = keywords.get(text.toUpperCase());
  return keyword === undefined ? { kind: 'word', text, start, end } : { kind: 'word', text, keyword, start, end };
}
