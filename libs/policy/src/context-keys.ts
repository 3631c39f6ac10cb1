import { type CertificateContext, type PolicyContext } from './policy-context.js';

/** The value of a context key: one text, or a set that may be empty. `undefined` when the context has no such key. */
export type ContextValue = string | readonly string[] | undefined;

/** AWS: of a certificate attribute with several values the first five are kept. */
const MAX_CERTIFICATE_VALUES = 5;

/** AWS: longer values are not substituted, and neither are values that could act as a wildcard or a variable. */
const MAX_SUBSTITUTED_LENGTH = 1024;
const NEVER_SUBSTITUTED = /[*$+?#]/;

const ATTRIBUTE_KEY = /^iot:connection\.thing\.attributes\[(.*)\]$/i;
const CERTIFICATE_KEY = /^iot:certificate\.(subject|issuer)\.(.+?)(?:\.(list|\d+))?$/i;

const PLAIN_KEYS: Readonly<Record<string, (context: PolicyContext) => ContextValue>> = {
  'iot:clientid': (context) => context.clientId,
  'aws:sourceip': (context) => context.sourceIp,
  'iot:domainname': (context) => context.domainName,
  'iot:connectattributes': (context) => context.connectAttributes,
  'iot:lastwilltopic': (context) => context.lastWillTopic,
  'iot:connection.thing.thingname': (context) => context.thing?.thingName,
  'iot:connection.thing.thingtypename': (context) => context.thing?.thingTypeName,
  'iot:connection.thing.isattached': (context) => context.isAttached?.toString(),
  'iot:certificateid': (context) => context.certificate?.certificateId,
  'iot:certificate.serialnumber': (context) => context.certificate?.serialNumber,
  'iot:certificate.availablekeys': (context) => context.certificate && availableKeys(context.certificate),
};

/**
 * Resolves a context key, as a condition names it. Names of keys are case-insensitive, as everywhere in IAM; only the
 * name of a thing attribute is not. A key nobody knows has no value.
 */
export function contextValue(context: PolicyContext, key: string): ContextValue {
  const plain = key.toLowerCase();
  if (Object.hasOwn(PLAIN_KEYS, plain)) return PLAIN_KEYS[plain]?.(context);

  const attribute = ATTRIBUTE_KEY.exec(key)?.[1];
  if (attribute !== undefined) return ownValue(context.thing?.attributes, attribute);

  const [, party, field, index] = CERTIFICATE_KEY.exec(key) ?? [];
  if (party === undefined || field === undefined) return undefined;
  const fields = party.toLowerCase() === 'subject' ? context.certificate?.subject : context.certificate?.issuer;
  return certificateValue(fields, field, index);
}

/**
 * Resolves a policy variable for substitution into a pattern; `undefined` when it has no single value, or one that AWS
 * does not substitute: over 1024 characters, or with one of `*`, `$`, `+`, `?`, `#`.
 */
export function variableValue(context: PolicyContext, name: string): string | undefined {
  const value = contextValue(context, name);
  if (typeof value !== 'string' || value.length > MAX_SUBSTITUTED_LENGTH) return undefined;
  return NEVER_SUBSTITUTED.test(value) ? undefined : value;
}

/**
 * AWS: "X.509 certificate policy variables": the plain name is the first value, `.1` the second, `.List` all of them.
 */
function certificateValue(
  fields: CertificateContext['subject'],
  field: string,
  index: string | undefined,
): ContextValue {
  const wanted = field.toLowerCase();
  const entry = Object.entries(fields ?? {}).find(([name]) => name.toLowerCase() === wanted);
  if (entry === undefined || entry[1].length === 0) return undefined;
  const values = entry[1].slice(0, MAX_CERTIFICATE_VALUES).map(escapeCertificateValue);
  if (index?.toLowerCase() === 'list') return values;
  // The first value has no number: `.0` is not a name.
  return index === '0' ? undefined : values[Number(index ?? 0)];
}

/** The names of the certificate variables that have a value. */
function availableKeys(certificate: CertificateContext): string[] {
  const keys = certificate.serialNumber === undefined ? [] : ['iot:Certificate.SerialNumber'];
  for (const [party, fields] of [
    ['Subject', certificate.subject],
    ['Issuer', certificate.issuer],
  ] as const) {
    for (const [field, values] of Object.entries(fields ?? {})) {
      const kept = values.slice(0, MAX_CERTIFICATE_VALUES);
      keys.push(...kept.map((_value, at) => `iot:Certificate.${party}.${field}${at === 0 ? '' : `.${at}`}`));
    }
  }
  return keys;
}

/** AWS: the characters that are special in a distinguished name appear with a backslash. */
function escapeCertificateValue(value: string): string {
  return value.replace(/[,"\\+=<>;]/g, '\\$&');
}

function ownValue(record: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
