import type { IncomingHttpHeaders } from 'node:http';
import { isUtf8 } from 'node:buffer';
import type { MessageProperties } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { checkTopicName } from '#thingcore/topics';
import type { MqttMessage } from '../aedes/mqtt-message.js';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { grantMessageExpiry } from '../profile/connect-rules.js';
import { topicLimits } from '../profile/lane-limits.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** MQTT 5, 3.3.2.3.3: four bytes. */
const LARGEST_EXPIRY = 4_294_967_295;

/** AWS: Publish, header `x-amz-mqtt5-payload-format-indicator`. */
const FORMATS: Readonly<Record<string, boolean>> = { UNSPECIFIED_BYTES: false, UTF8_DATA: true };

/** A message without what it says. */
export type MessageHead = Omit<MqttMessage, 'payload'>;

/**
 * Reads what a Publish says of its message beside the payload: query and headers. AWS: iotdata, Publish.
 *
 * @throws `InvalidRequest` that names what is wrong
 */
export function readMessageHead(
  topic: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
  profile: BrokerProfile,
): MessageHead {
  const problem = checkTopicName(topic, topicLimits(profile));
  if (problem !== undefined) throw invalid(problem, { topic });
  const qos = oneOf('qos', query.get('qos') ?? '0', { '0': 0, '1': 1 } as const);
  const retain = oneOf('retain', query.get('retain') ?? 'false', { true: true, false: false });
  if (retain && topic.startsWith('$') && !profile.retainsReservedTopics) {
    throw invalid(`Messages on reserved topics are not retained: ${topic}`, { topic });
  }
  const properties = readProperties(query, headers, profile);
  return { topic, qos, retain, ...(Object.keys(properties).length === 0 ? {} : { properties }) };
}

/** The message, with what it says. Throws `InvalidRequest` for a payload that is not the text it says it is. */
export function withPayload(head: MessageHead, payload: Buffer): MqttMessage {
  // [MQTT5 3.3.2.3.2] A server may look.
  if (head.properties?.payloadFormatIndicator === true && !isUtf8(payload)) {
    throw invalid('The payload is no UTF-8, though its format indicator is UTF8_DATA');
  }
  return { ...head, payload };
}

function readProperties(
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
  profile: BrokerProfile,
): MessageProperties {
  const contentType = query.get('contentType');
  const responseTopic = query.get('responseTopic');
  const expiry = query.get('messageExpiry');
  const format = headers['x-amz-mqtt5-payload-format-indicator'];
  const correlation = headers['x-amz-mqtt5-correlation-data'];
  const user = headers['x-amz-mqtt5-user-properties'];
  return {
    ...(typeof format !== 'string'
      ? {}
      : { payloadFormatIndicator: oneOf('x-amz-mqtt5-payload-format-indicator', format, FORMATS) }),
    ...(contentType === null ? {} : { contentType: atMost('contentType', contentType, profile.contentTypeBytes) }),
    ...(responseTopic === null ? {} : { responseTopic: readResponseTopic(responseTopic, profile) }),
    ...(typeof correlation !== 'string' ? {} : { correlationData: readCorrelation(correlation, profile) }),
    ...(expiry === null ? {} : { messageExpiryInterval: readExpiry(expiry, profile) }),
    ...(typeof user !== 'string' ? {} : { userProperties: readUserProperties(user, profile) }),
  };
}

function readResponseTopic(text: string, profile: BrokerProfile): string {
  const problem = checkTopicName(text, topicLimits(profile)); // [MQTT-3.3.2-14]
  if (problem !== undefined) throw invalid(`responseTopic: ${problem}`);
  return atMost('responseTopic', text, profile.responseTopicBytes);
}

function readExpiry(text: string, profile: BrokerProfile): number {
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(seconds <= LARGEST_EXPIRY)) {
    throw invalid(`messageExpiry is a number of seconds from 0 to ${LARGEST_EXPIRY}, not "${text}"`);
  }
  return grantMessageExpiry(profile, seconds);
}

function readCorrelation(text: string, profile: BrokerProfile): string {
  const bytes = fromBase64('x-amz-mqtt5-correlation-data', text);
  limitBytes('x-amz-mqtt5-correlation-data', bytes.length, profile.correlationDataBytes);
  return bytes.toString('base64');
}

/** AWS: base64 of a JSON array of objects with one member each, whose order is kept. */
function readUserProperties(text: string, profile: BrokerProfile): [string, string][] {
  const name = 'x-amz-mqtt5-user-properties';
  const given = parseJson(fromBase64(name, text).toString('utf8'));
  // botocore writes the JSON of a text that is JSON already.
  const pairs = typeof given === 'string' ? parseJson(given) : given;
  if (!Array.isArray(pairs)) throw noUserProperties();
  const properties = pairs.map((pair: unknown): [string, string] => {
    const members = typeof pair === 'object' && pair !== null ? Object.entries(pair) : [];
    const [key, value] = members[0] ?? [];
    if (members.length !== 1 || key === undefined || typeof value !== 'string') throw noUserProperties();
    return [key, value];
  });
  const bytes = properties.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  limitBytes(name, bytes, profile.userPropertiesBytes);
  return properties;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noUserProperties();
  }
}

function noUserProperties(): IotError {
  return invalid(
    'x-amz-mqtt5-user-properties is the base64 of a JSON array of objects with one text member each, such as [{"lot":"A"}]',
  );
}

function fromBase64(name: string, text: string): Buffer {
  if (!BASE64.test(text)) throw invalid(`${name} is not base64`);
  return Buffer.from(text, 'base64');
}

function atMost(name: string, text: string, limit: number): string {
  limitBytes(name, Buffer.byteLength(text), limit);
  return text;
}

function limitBytes(name: string, bytes: number, limit: number): void {
  if (bytes > limit) throw invalid(`${name} has at most ${limit} bytes, not ${bytes}`);
}

function oneOf<V>(name: string, text: string, values: Readonly<Record<string, V>>): V {
  const value = Object.hasOwn(values, text) ? values[text] : undefined;
  if (value === undefined) throw invalid(`${name} is one of ${Object.keys(values).join(', ')}, not "${text}"`);
  return value;
}

function invalid(message: string, details = {}): IotError {
  return new IotError('InvalidRequest', message, { details });
}
