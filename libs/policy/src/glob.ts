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
}

const RUN = -1;
const CHARACTER = -2;

/**
 * Compiles a pattern of literals and wildcards. Everything that is no token is literal, so `+` and `#` are.
 * No regular expression is built: a pattern comes from users, and matching must stay within text x pattern steps.
 * Texts and literals are well-formed Unicode: MQTT and the parser of documents take nothing else.
 */
export function compileGlob(tokens: readonly GlobToken[]): Glob {
  if (tokens.includes(ANY_CHARACTER)) return { matches: stepwise(tokens) };
  const [prefix = '', ...pieces] = splitAtRuns(tokens);
  const suffix = pieces.pop();
  if (suffix === undefined) return { matches: (text) => text === prefix };
  if (pieces.length > 0) return { matches: inOrder(prefix, pieces, suffix) };
  if (suffix === '') return { matches: (text) => beginsWith(text, prefix) };
  return { matches: between(prefix, suffix) };
}

/** Reads `*` and `?` as wildcards and everything else as literal text. */
export function parseGlob(pattern: string): GlobToken[] {
  return (pattern.match(/[*?]|[^*?]+/g) ?? []).map((piece) => {
    if (piece === '*') return ANY_RUN;
    return piece === '?' ? ANY_CHARACTER : piece;
  });
}

/** The literal text before, between and behind the runs of a pattern that has no other wildcard. */
function splitAtRuns(tokens: readonly GlobToken[]): string[] {
  const pieces = [''];
  for (const token of tokens) {
    if (token === ANY_RUN) pieces.push('');
    else if (isLiteral(token)) pieces.push((pieces.pop() ?? '') + token);
  }
  return pieces;
}

function isLiteral(token: GlobToken): token is string {
  return typeof token === 'string';
}

/**
 * What `startsWith` says, several times faster: ARNs all begin alike, so the end of the prefix tells them apart, and V8
 * compares whole strings by the word but prefixes by the character.
 */
function beginsWith(text: string, prefix: string): boolean {
  const { length } = prefix;
  if (length === 0) return true;
  return text.charCodeAt(length - 1) === prefix.charCodeAt(length - 1) && text.slice(0, length) === prefix;
}

/** Matches `prefix*suffix`, the two of which may not overlap in the text. */
function between(prefix: string, suffix: string): Glob['matches'] {
  const shortest = prefix.length + suffix.length;
  return (text) => text.length >= shortest && text.endsWith(suffix) && beginsWith(text, prefix);
}

/** Matches `prefix*piece*piece*suffix`. Each piece is taken where it first appears: that leaves most for the others. */
function inOrder(prefix: string, pieces: readonly string[], suffix: string): Glob['matches'] {
  const hasEnds = between(prefix, suffix);
  return (text) => {
    if (!hasEnds(text)) return false;
    const end = text.length - suffix.length;
    let at = prefix.length;
    for (const piece of pieces) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}

/** Matches any pattern, character by character; what stands before the first wildcard is compared at once. */
function stepwise(tokens: readonly GlobToken[]): Glob['matches'] {
  const firstWildcard = tokens.findIndex((token) => !isLiteral(token));
  const prefix = tokens.slice(0, firstWildcard).join('');
  const units = toUnits(tokens.slice(firstWildcard));
  return (text) => beginsWith(text, prefix) && matchesUnits(units, text, prefix.length);
}

/** Flattens tokens to code points and wildcards; neighbouring runs become one. */
function toUnits(tokens: readonly GlobToken[]): readonly number[] {
  const units: number[] = [];
  for (const token of tokens) {
    if (token === ANY_CHARACTER) units.push(CHARACTER);
    else if (isLiteral(token)) for (const character of token) units.push(character.codePointAt(0) ?? 0);
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
