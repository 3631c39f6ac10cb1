import type { JsonValue } from '#thingcore/errors';

/** What stands in place of a secret. */
export const MASKED = '(masked)';

/** Texts are kept to that many characters. */
const MAX_TEXT = 1_024;

/** Lists and objects are kept to that many entries, and nest so deep. */
const MAX_ENTRIES = 50;
const MAX_DEPTH = 8;

/** All of an input is kept to that many characters of JSON. */
const MAX_INPUT = 16 * 1024;

/** Names of fields whose values nobody else may read. */
const SECRET_NAME = /secret|passw|credential|authorization|cookie|private_?key|api_?key|token$/i;

/** Names that look like those of secrets, and are none. */
const OPEN_NAMES: readonly string[] = ['clienttoken', 'nexttoken', 'idempotencykey', 'tokenkeyname'];

/** Values that are secrets wherever they stand: private keys, and keys of this API. */
const SECRET_VALUE = /-----BEGIN [A-Z ]*PRIVATE KEY-----|\btc_[\w-]{40,}/;

/** Fields whose values are texts of any kind beside a name, as headers and properties have them. */
const NAMED_VALUES = { names: ['key', 'name'], values: ['value'] } as const;

/**
 * The arguments of a mutation as the audit log keeps them: secrets masked by the names of their fields and by what they
 * look like, long texts, lists and objects cut.
 */
export function maskedInput(args: Readonly<Record<string, unknown>>): JsonValue {
  const masked = mask(args, 0);
  const size = JSON.stringify(masked).length;
  return size <= MAX_INPUT ? masked : { cut: `${size} characters of JSON, fields ${Object.keys(args).join(', ')}` };
}

function mask(value: unknown, depth: number): JsonValue {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (depth === MAX_DEPTH) return '(nests deeper)';
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ENTRIES).map((entry) => mask(entry, depth + 1));
    return value.length <= MAX_ENTRIES ? kept : [...kept, `(${value.length - MAX_ENTRIES} more)`];
  }
  return maskObject(value as Record<string, unknown>, depth);
}

function maskObject(object: Readonly<Record<string, unknown>>, depth: number): JsonValue {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  const isSecretPair = NAMED_VALUES.names.some(
    (name) => typeof object[name] === 'string' && isSecretName(object[name]),
  );
  const kept = entries.slice(0, MAX_ENTRIES).map(([name, value]): [string, JsonValue] => {
    const isSecret = isSecretName(name) || (isSecretPair && (NAMED_VALUES.values as readonly string[]).includes(name));
    return [name, isSecret && value !== null ? MASKED : mask(value, depth + 1)];
  });
  if (entries.length > MAX_ENTRIES) kept.push(['(more)', entries.length - MAX_ENTRIES]);
  return Object.fromEntries(kept);
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !OPEN_NAMES.includes(name.toLowerCase());
}

function maskText(text: string): string {
  if (SECRET_VALUE.test(text)) return MASKED;
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}
