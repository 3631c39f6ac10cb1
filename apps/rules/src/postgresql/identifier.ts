/** PostgreSQL: NAMEDATALEN; a longer name would be cut and could then mean another table. */
const MAX_BYTES = 63;

/** What is wrong with a name as an identifier of PostgreSQL, as a sentence without subject; undefined when it may be used. */
export function checkIdentifier(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (Buffer.byteLength(name) > MAX_BYTES) return `is longer than the ${MAX_BYTES} bytes that PostgreSQL allows`;
  return /["\p{Cc}\p{Cs}]/u.test(name) ? 'must not contain quotes or control characters' : undefined;
}

/** An identifier for a statement. Names are taken as they are: upper and lower case differ. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
