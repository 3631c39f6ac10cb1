import { checkIdentifier, quoteIdentifier } from './identifier.js';

/** The schemas of Thingcore itself and of PostgreSQL: a rule could otherwise grant itself what it likes. */
const PROTECTED_SCHEMAS: ReadonlySet<string> = new Set(['registry', 'shadow', 'rules', 'information_schema']);

/** Reads `table` or `schema.table`. Answers the quoted name, or what is wrong with it as a sentence. */
export function parseTableName(text: string): { quoted: string } | { problem: string } {
  const names = text.split('.');
  if (names.length > 2) return { problem: `"${text}" has more than one dot; write "table" or "schema.table"` };
  for (const name of names) {
    const problem = checkIdentifier(name);
    if (problem !== undefined) return { problem: `the name "${name}" ${problem}` };
  }
  const schema = names.length === 2 ? names[0]! : undefined;
  // PostgreSQL: schema names that begin with pg_ are reserved for system purposes.
  if (schema !== undefined && (PROTECTED_SCHEMAS.has(schema) || schema.startsWith('pg_'))) {
    return { problem: `the schema "${schema}" is not open to rules; use a table of your own` };
  }
  return { quoted: names.map(quoteIdentifier).join('.') };
}
