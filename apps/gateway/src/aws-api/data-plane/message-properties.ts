import type { MessageProperties } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';

/** What an operation says of a message beside topic and payload, as the SDKs have it. */
export interface MessageMembers {
  readonly contentType?: string | undefined;
  readonly responseTopic?: string | undefined;
  /** Base64. */
  readonly correlationData?: string | undefined;
  /** A JSON array of objects with one member each, whose order is kept. */
  readonly userProperties?: unknown;
  readonly payloadFormatIndicator?: string | undefined;
  /** Seconds. */
  readonly messageExpiry?: number | undefined;
}

/** AWS: Publish, payloadFormatIndicator. */
const FORMATS: ReadonlyMap<string, boolean> = new Map([
  ['UNSPECIFIED_BYTES', false],
  ['UTF8_DATA', true],
]);

/** The MQTT 5 properties of a message. Throws `InvalidRequest` that names the member at fault. */
export function toProperties(members: MessageMembers): MessageProperties | undefined {
  const { contentType, responseTopic, correlationData, userProperties, payloadFormatIndicator, messageExpiry } =
    members;
  const properties: MessageProperties = {
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData: base64Of(correlationData) }),
    ...(messageExpiry !== undefined && { messageExpiryInterval: secondsOf(messageExpiry) }),
    ...(payloadFormatIndicator !== undefined && { payloadFormatIndicator: formatOf(payloadFormatIndicator) }),
    ...(userProperties !== undefined && { userProperties: pairsOf(userProperties) }),
  };
  return Object.keys(properties).length === 0 ? undefined : properties;
}

/** User properties as they travel in JSON. */
export function fromPairs(pairs: readonly (readonly [string, string])[]): Buffer {
  return Buffer.from(JSON.stringify(pairs.map(([name, value]) => ({ [name]: value }))));
}

function base64Of(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')) return bytes.toString('base64');
  throw invalid('correlationData', 'must be base64');
}

/** MQTT 5, 3.3.2.3.3: four bytes. */
function secondsOf(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= 4_294_967_295) return seconds;
  throw invalid('messageExpiry', `must be a whole number of seconds from 0 to 4294967295, not ${seconds}`);
}

function formatOf(name: string): boolean {
  const format = FORMATS.get(name);
  if (format !== undefined) return format;
  throw invalid('payloadFormatIndicator', `must be UNSPECIFIED_BYTES or UTF8_DATA, not '${name}'`);
}

function pairsOf(given: unknown): [string, string][] {
  const text = typeof given === 'string' ? parsed(given) : given;
  // botocore writes the JSON of a text that is JSON already.
  const list = typeof text === 'string' ? parsed(text) : text;
  if (!Array.isArray(list)) throw noPairs();
  return list.map((one: unknown): [string, string] => {
    const entries = typeof one === 'object' && one !== null ? Object.entries(one) : [];
    const [name, value] = entries[0] ?? [];
    if (entries.length !== 1 || name === undefined || typeof value !== 'string') throw noPairs();
    return [name, value];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noPairs();
  }
}

function noPairs(): IotError {
  return invalid('userProperties', 'must be a JSON array of objects with one text member each');
}

function invalid(field: string, rule: string): IotError {
  return new IotError('InvalidRequest', `'${field}' ${rule}`, { details: { field } });
}
