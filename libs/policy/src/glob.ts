/** Stands for any run of characters, `/` included. */
export const ANY_RUN: unique symbol = Symbol('*');

/** Stands for exactly one character, `/` included. */
export const ANY_CHARACTER: unique symbol = Symbol('?');

/** A part of a pattern: literal text or a wildcard. */
export type GlobToken = string | typeof ANY_RUN | typeof ANY_CHARACTER;

/** A compiled pattern. */
export interface Glob {
  /** Whether the whole text matches. */
  matches(text: string): boolean;
  /** The text before the first wildcard: what a text must start with. */
  readonly literalPrefix: string;
}

const RUN = -1;
const CHARACTER = -2;

/**
 * Compiles a pattern of literals and wildcards. Everything that is no token is literal, so `+` and `#` are.
 * No regular expression is built: a pattern comes from users, and matching must stay within text x pattern steps.
 */
export function compileGlob(tokens: readonly GlobToken[]): Glob {
  const firstWildcard = tokens.findIndex((token) => typeof token !== 'string');
  const literalPrefix = tokens.slice(0, firstWildcard === -1 ? tokens.length : firstWildcard).join('');
  if (firstWildcard === -1) return { literalPrefix, matches: (text) => text === literalPrefix };

  const rest = toUnits(tokens.slice(firstWildcard));
  if (rest.length === 1 && rest[0] === RUN) return { literalPrefix, matches: (text) => text.startsWith(literalPrefix) };
  return {
    literalPrefix,
    matches: (text) => text.startsWith(literalPrefix) && matchesUnits(rest, text, literalPrefix.length),
  };
}

/** Reads `*` and `?` as wildcards and everything else as literal text. */
export function parseGlob(pattern: string): GlobToken[] {
  return (pattern.match(/[*?]|[^*?]+/g) ?? []).map((piece) => {
    if (piece === '*') return ANY_RUN;
    return piece === '?' ? ANY_CHARACTER : piece;
  });
}

/** Flattens tokens to code points and wildcards; neighbouring runs become one. */
function toUnits(tokens: readonly GlobToken[]): readonly number[] {
  const units: number[] = [];
  for (const token of tokens) {
    if (token === ANY_CHARACTER) units.push(CHARACTER);
    else if (token !== ANY_RUN) for (const character of token) units.push(character.codePointAt(0) ?? 0);
    else if (units.at(-1) !== RUN) units.push(RUN);
  }
  return units;
}

/**
 * Walks text and pattern together. On a mismatch only the last run is widened by one character: an earlier one could
 * not help, because what lies between them matched at the first place possible.
 */
function matchesUnits(units: readonly number[], text: string, start: number): boolean {
  let at = start;
  let unit = 0;
  let lastRun = -1;
  let runEnd = start;
  while (at < text.length) {
    const wanted = units[unit];
    const found = text.codePointAt(at) ?? 0;
    if (wanted === RUN) {
      lastRun = unit++;
      runEnd = at;
    } else if (wanted === CHARACTER || wanted === found) {
      unit++;
      at += width(found);
    } else if (lastRun !== -1) {
      runEnd += width(text.codePointAt(runEnd) ?? 0);
      at = runEnd;
      unit = lastRun + 1;
    } else {
      return false;
    }
  }
  if (units[unit] === RUN) unit++;
  return unit === units.length;
}

function width(codePoint: number): 1 | 2 {
  return codePoint > 0xffff ? 2 : 1;
}
