import type { MessageProperties } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { CompiledTemplate } from '#thingcore/rules-sql';
import { checkTopicName } from '#thingcore/topics';
import { z } from 'zod';
import type { ActionInput, ActionScope } from './action.js';
import { fieldError } from './parse-fields.js';

/** AWS: header strings have 0 to 1024 characters. */
const text = z.string().max(1024, 'must have at most 1024 characters');

/** AWS: `MqttHeaders`. */
export const headersSchema = z.strictObject({
  payloadFormatIndicator: text.optional(),
  contentType: text.optional(),
  responseTopic: text.optional(),
  correlationData: text.optional(),
  messageExpiry: text.optional(),
  userProperties: z
    .array(z.strictObject({ key: text, value: text }))
    .max(100)
    .optional(),
});

/** The MQTT 5 properties for one message; a header that is undefined for it is left out. Errors: `InvalidRequest`. */
export type Headers = (input: ActionInput) => Promise<MessageProperties>;

/** Sets one property from the text of its header; answers what is wrong with the text as a sentence. */
type Setter = (properties: MessageProperties, text: string) => string | undefined;

const SETTERS = {
  payloadFormatIndicator: (properties, text) => {
    if (text !== 'UNSPECIFIED_BYTES' && text !== 'UTF8_DATA') {
      return `must be UNSPECIFIED_BYTES or UTF8_DATA, not "${text}"`;
    }
    properties.payloadFormatIndicator = text === 'UTF8_DATA';
    return undefined;
  },
  contentType: (properties, text) => {
    properties.contentType = text;
    return textProblem(text);
  },
  responseTopic: (properties, text) => {
    properties.responseTopic = text;
    return checkTopicName(text); // [MQTT-3.3.2-14]
  },
  correlationData: (properties, text) => {
    properties.correlationData = text;
    return z.base64().safeParse(text).success ? undefined : `must be base64, not "${text}"`;
  },
  messageExpiry: (properties, text) => {
    const seconds = Number(text);
    properties.messageExpiryInterval = seconds;
    // [MQTT-3.3.2-5]: a four byte integer.
    if (/^\d{1,10}$/.test(text) && seconds <= 0xffff_ffff) return undefined;
    return `must be a whole number of seconds as text, not "${text}"`;
  },
} satisfies Record<string, Setter>;

interface Header {
  readonly field: string;
  readonly template: CompiledTemplate;
  readonly set: Setter;
}

/** The name or the value of a user property. */
type UserPropertyPart = Pick<Header, 'field' | 'template'>;

/** Compiles the headers of a republish action; those without a template are checked at once. */
export function compileHeaders(headers: z.output<typeof headersSchema>, scope: ActionScope): Headers {
  const compiled: Header[] = [];
  const add = (field: string, text: string, set: Setter) => {
    const template = scope.template(text, field);
    const problem = template.isConstant ? set({}, text) : undefined;
    if (problem !== undefined) throw fieldError(`${scope.path}.${field}`, problem);
    compiled.push({ field, template, set });
  };
  for (const name of Object.keys(SETTERS) as (keyof typeof SETTERS)[]) {
    const text = headers[name];
    if (text !== undefined) add(`headers.${name}`, text, SETTERS[name]);
  }
  const part = (text: string, field: string): UserPropertyPart => {
    const template = scope.template(text, field);
    const problem = template.isConstant ? textProblem(text) : undefined;
    if (problem !== undefined) throw fieldError(`${scope.path}.${field}`, problem);
    return { field, template };
  };
  const userProperties = (headers.userProperties ?? []).map(({ key, value }, index) => ({
    key: part(key, `headers.userProperties.${index}.key`),
    value: part(value, `headers.userProperties.${index}.value`),
  }));
  return async (input) => {
    const properties: MessageProperties = {};
    for (const header of compiled) await setHeader(properties, header, input);
    const pairs: [string, string][] = [];
    for (const { key, value } of userProperties) {
      const [name, content] = [await readPart(key, input), await readPart(value, input)];
      if (name !== undefined && content !== undefined) pairs.push([name, content]);
    }
    return pairs.length === 0 ? properties : { ...properties, userProperties: pairs };
  };
}

async function setHeader(properties: MessageProperties, header: Header, input: ActionInput): Promise<void> {
  const text = await read(header.template, input);
  if (text === undefined) return;
  const problem = header.set(properties, text);
  if (problem !== undefined) throw new IotError('InvalidRequest', `${header.field}: ${problem}`);
}

async function readPart({ field, template }: UserPropertyPart, input: ActionInput): Promise<string | undefined> {
  const text = await read(template, input);
  const problem = text === undefined ? undefined : textProblem(text);
  if (problem !== undefined) throw new IotError('InvalidRequest', `${field}: ${problem}`);
  return text;
}

/** What no encoded string of MQTT may hold: a receiver would close the connection. */
function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain U+0000'; // [MQTT-1.5.4-2]
  return /\p{Surrogate}/u.test(text) ? 'must not contain half a surrogate pair' : undefined; // [MQTT-1.5.4-1]
}

async function read(template: CompiledTemplate, { message, environment, variables }: ActionInput) {
  return template.evaluate(message, environment, variables);
}
