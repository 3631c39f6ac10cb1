/** Words that cannot name a field outside of a path. VALUE is the exception the parser knows: it may name one. */
export const KEYWORDS = [
  'SELECT',
  'VALUE',
  'FROM',
  'WHERE',
  'AS',
  'AND',
  'OR',
  'NOT',
  'CASE',
  'WHEN',
  'THEN',
  'ELSE',
  'END',
  'SET',
  'NULL',
  'TRUE',
  'FALSE',
] as const;

/** A reserved word, in upper case. */
export type Keyword = (typeof KEYWORDS)[number];

/** Everything that is neither word, number, string nor variable; the longer ones first. */
export const SYMBOLS = [
  '<>',
  '<=',
  '>=',
  '<',
  '>',
  '=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  ':',
] as const;

/** A punctuation mark or operator. */
export type TokenSymbol = (typeof SYMBOLS)[number];

/** One lexical unit with its place (UTF-16 offsets) in the source. */
export type Token =
  | {
      readonly kind: 'word';
      readonly text: string;
      readonly keyword?: Keyword;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'symbol'; readonly text: TokenSymbol; readonly start: number; readonly end: number }
  | {
      /** `text` is the name without `@`, the value without quotes, or the digits as written. */
      readonly kind: 'variable' | 'string' | 'number';
      readonly text: string;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'end'; readonly text: ''; readonly start: number; readonly end: number };
