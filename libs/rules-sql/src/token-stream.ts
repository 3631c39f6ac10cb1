import { FOREIGN_WORDS, nearest } from './foreign-sql.js';
import { Lexer } from './lexer.js';
import { syntaxError } from './syntax-error.js';
import { KEYWORDS, type Keyword, type Token, type TokenSymbol } from './tokens.js';

/** The tokens of a source with a look-ahead of two, and the errors that say what was expected. */
export class TokenStream {
  readonly source: string;
  #lexer: Lexer;
  readonly #ahead: Token[] = [];
  #previous: Token | undefined;

  constructor(source: string, start = 0) {
    this.source = source;
    this.#lexer = new Lexer(source, start);
  }

  peek(): Token {
    return (this.#ahead[0] ??= this.#lexer.next());
  }

  /** The token after the next one. */
  peekSecond(): Token {
    this.peek();
    return (this.#ahead[1] ??= this.#lexer.next());
  }

  next(): Token {
    const token = this.peek();
    this.#ahead.shift();
    this.#previous = token;
    return token;
  }

  /** Goes back to the token that begins at `start`, for the one place of the grammar that a look-ahead cannot decide. */
  rewind(start: number): void {
    this.#lexer = new Lexer(this.source, start);
    this.#ahead.length = 0;
  }

  atSymbol(symbol: TokenSymbol): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === symbol;
  }

  atKeyword(keyword: Keyword): boolean {
    const token = this.peek();
    return token.kind === 'word' && token.keyword === keyword;
  }

  /** Takes the symbol when it comes next. */
  acceptSymbol(symbol: TokenSymbol): boolean {
    if (!this.atSymbol(symbol)) return false;
    this.next();
    return true;
  }

  /** Takes the keyword when it comes next. */
  acceptKeyword(keyword: Keyword): boolean {
    if (!this.atKeyword(keyword)) return false;
    this.next();
    return true;
  }

  expectSymbol(symbol: TokenSymbol, purpose: string): Token {
    if (!this.atSymbol(symbol)) throw this.unexpected(`"${symbol}" ${purpose}`);
    return this.next();
  }

  expectKeyword(keyword: Keyword, purpose: string): void {
    if (!this.acceptKeyword(keyword)) throw this.unexpected(`${keyword} ${purpose}`);
  }

  /** The refusal of the next token, with advice where the word or the one before it belongs to another SQL. */
  unexpected(expected: string): Error {
    const token = this.peek();
    return this.error(token.start, `expected ${expected}, found ${describe(token)}${this.#advice(token)}`);
  }

  error(offset: number, problem: string): Error {
    return syntaxError(this.source, offset, problem);
  }

  #advice(found: Token): string {
    for (const token of [found, this.#previous]) {
      if (token?.kind !== 'word') continue;
      const word = token.text.toUpperCase();
      const foreign = FOREIGN_WORDS.get(word);
      if (foreign !== undefined) return `. The language has no ${word}: ${foreign}`;
    }
    if (found.kind !== 'word' || found.keyword !== undefined) return '';
    const keyword = nearest(found.text.toUpperCase(), KEYWORDS);
    return keyword === undefined ? '' : `. Did you mean ${keyword}?`;
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the text';
    case 'string':
      return `the text ${JSON.stringify(shorten(token.text))}`;
    case 'variable':
      return `the variable @${token.text}`;
    case 'number':
      return `the number ${shorten(token.text)}`;
    case 'word':
    case 'symbol':
      return `"${shorten(token.text)}"`;
  }
}

/** Error messages quote the source; a quote of a kilobyte helps nobody. */
function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}...`;
}
