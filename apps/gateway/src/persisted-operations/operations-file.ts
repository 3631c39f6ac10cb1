import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '#thingcore/platform';
import { z } from 'zod';

/** Hashes to texts, as the compiler of Relay and most other tools write them. */
const map = z.record(z.string(), z.string());

/** What `@apollo/generate-persisted-query-manifest` writes. */
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ body: z.string() })),
});

/** The SHA-256 of the text of an operation in hex: what a client sends in place of it. */
export function sha256OfOperation(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The operations of a file by their SHA-256. A file that gives an operation another hash than its text has is for
 * another tool, or somebody has changed it by hand.
 *
 * @throws ConfigError that says what is wrong with the file
 */
export function readOperationsFile(path: string): ReadonlyMap<string, string> {
  const refuse = (reason: string) =>
    new ConfigError([`THINGCORE_GATEWAY_OPERATIONS_FILE=${JSON.stringify(path)} cannot be used: ${reason}`]);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const apollo = manifest.safeParse(content);
  if (apollo.success) return new Map(apollo.data.operations.map(({ body }) => [sha256OfOperation(body), body]));
  const plain = map.safeParse(content);
  if (!plain.success) throw refuse('it must be a JSON object from SHA-256 to operation, or a manifest of Apollo');
  for (const [hash, text] of Object.entries(plain.data)) {
    const expected = sha256OfOperation(text);
    if (hash !== expected) throw refuse(`${hash} is not the SHA-256 of its operation, which is ${expected}`);
  }
  return new Map(Object.entries(plain.data));
}
