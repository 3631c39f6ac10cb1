/** What joins texts of JSON: compact JSON has no line break in it, so that nothing has to be escaped and read again. */
const SEPARATOR = '\n';

/** The literal of an array of names, which hold neither quotes nor backslashes. */
export function namesLiteral(names: readonly string[]): string {
  return names.length === 0 ? '{}' : `{"${names.join('","')}"}`;
}

/** The literal of an array of numbers, truth values or nulls. */
export function plainLiteral(values: readonly (number | boolean | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : value)).join(',')}}`;
}

/** Texts of compact JSON as one parameter: `string_to_array($1, E'\n')` takes it apart again. */
export function jsonLines(texts: readonly string[]): string {
  return texts.join(SEPARATOR);
}
