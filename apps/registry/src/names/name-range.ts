/** Behind every name, attribute name and attribute value in byte order: their last character is `z`. */
const BEHIND_ALL = '~';

/** Names in byte order: those behind `after` that are at or behind `from` and before `below`. */
export interface NameRange {
  readonly after: string;
  readonly from: string;
  readonly below: string;
}

/** The names that begin with `prefix`, those behind `after`: what a page of a list is taken from. */
export function nameRange(prefix = '', after = ''): NameRange {
  return { after, from: prefix, below: prefixEnd(prefix) };
}

/** The first text in byte order behind all that begin with `prefix`, which is of the characters names are made of. */
export function prefixEnd(prefix: string): string {
  if (prefix === '') return BEHIND_ALL;
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
