import { Lexer, Source, TokenKind } from 'graphql';
import { PublicError } from '../errors/public-error.js';
import { REQUEST_LIMITS } from './request-limits.js';

/** How many characters of texts that were checked are remembered. */
const REMEMBERED_CHARACTERS = 4 * 1024 * 1024;

/** One step down or up for each bracket. */
const NESTING_STEPS: Partial<Record<TokenKind, number>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.PAREN_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_R]: -1,
  [TokenKind.PAREN_R]: -1,
};

/**
 * Refuses the text of a document that has too many words, or nests so deep that parsing it would overflow the stack:
 * it goes through the words one by one, as the parser cannot.
 *
 * @throws `GRAPHQL_PARSE_FAILED`
 */
export function checkDocumentText(text: string): void {
  if (text.length > REQUEST_LIMITS.characters) {
    throw refused(`A document has at most ${REQUEST_LIMITS.characters} characters; pass data as variables`);
  }
  let tokens = 0;
  let nesting = 0;
  for (const kind of tokenKinds(text)) {
    tokens++;
    nesting += NESTING_STEPS[kind] ?? 0;
    if (tokens > REQUEST_LIMITS.tokens) {
      throw refused(`A document has at most ${REQUEST_LIMITS.tokens} tokens; pass data as variables`);
    }
    if (nesting > REQUEST_LIMITS.nesting) {
      throw refused(`A document nests brackets at most ${REQUEST_LIMITS.nesting} deep; pass data as variables`);
    }
  }
}

/** Checks texts as {@link checkDocumentText} does, those that come again and again only now and then. */
export class DocumentTexts {
  private readonly checked = new Set<string>();
  private characters = 0;

  check(text: string): void {
    if (this.checked.has(text)) return;
    checkDocumentText(text);
    this.characters += text.length;
    if (this.characters > REMEMBERED_CHARACTERS) {
      this.checked.clear();
      this.characters = text.length;
    }
    this.checked.add(text);
  }
}

function* tokenKinds(text: string): Generator<TokenKind> {
  const lexer = new Lexer(new Source(text));
  try {
    while (lexer.advance().kind !== TokenKind.EOF) yield lexer.token.kind;
  } catch {
    // No word of GraphQL: the parser stops at the same place, and says so better.
  }
}

function refused(message: string): PublicError {
  return new PublicError(message, { code: 'GRAPHQL_PARSE_FAILED' });
}
