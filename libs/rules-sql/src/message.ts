import { type Dialect } from './dialect.js';
import { parseJson } from './json-parse.js';
import { isObject, type SqlObject, type SqlValue } from './values.js';

/** The MQTT 5 properties of a publish that rules can read. */
export interface Mqtt5Properties {
  readonly contentType?: string | undefined;
  readonly payloadFormatIndicator?: 'UNSPECIFIED_BYTES' | 'UTF8_DATA' | undefined;
  readonly responseTopic?: string | undefined;
  /** In base64. */
  readonly correlationData?: string | undefined;
  /** In the order of the wire; names may repeat. */
  readonly userProperties?: readonly (readonly [name: string, value: string])[] | undefined;
}

/** What a publish says; the input of {@link openMessage}. */
export interface RuleMessageFields {
  /** As published: under Basic Ingest with its prefix `$aws/rules/{rule}/`. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly protocol: 'mqtt' | 'http';
  readonly clientId?: string | undefined;
  readonly principal?: string | undefined;
  readonly traceId?: string | undefined;
  readonly sourceIp?: string | undefined;
  /** The rule that Basic Ingest named. */
  readonly ruleName?: string | undefined;
  /** Whether the topic carries the Basic Ingest prefix. */
  readonly basicIngest?: boolean | undefined;
  readonly mqtt5?: Mqtt5Properties | undefined;
}

/** A publish as rules see it. Open it once and give it to every rule: the payload is parsed at most once. */
export interface RuleMessage extends RuleMessageFields {
  /** The topic without the Basic Ingest prefix. */
  readonly effectiveTopic: string;
  /** True once a rule needed JSON and the payload was none: the event that the metric `ParseError` counts. */
  readonly parseFailed: boolean;
  /** A level of {@link effectiveTopic}, counted from 1; undefined where there is none. */
  topicLevel(number: number): string | undefined;
  /** The members of a payload that is an object; of any other, those of an empty one. */
  payloadMembers(dialect: Dialect): SqlObject;
  /** The payload as JSON, parsed at the first call; undefined when it is none. */
  payloadValue(dialect: Dialect): SqlValue;
}

/** Makes a message ready for rules; nothing is parsed until a rule needs it. The payload must not be changed afterwards. */
export function openMessage(fields: RuleMessageFields): RuleMessage {
  return new OpenMessage(fields);
}

/** Fatal, so that a payload that is no UTF-8 is not taken for JSON with replacement characters in it. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

class OpenMessage implements RuleMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly protocol: 'mqtt' | 'http';
  readonly clientId: string | undefined;
  readonly principal: string | undefined;
  readonly traceId: string | undefined;
  readonly sourceIp: string | undefined;
  readonly ruleName: string | undefined;
  readonly basicIngest: boolean | undefined;
  readonly mqtt5: Mqtt5Properties | undefined;
  #invalid = false;
  #current: { readonly value: SqlValue } | undefined;
  #of2015: { readonly value: SqlValue } | undefined;
  #members: SqlObject | undefined;
  /** The level that was asked for last: rules on the same topics tend to ask for the same one. */
  #levelNumber = 0;
  #level: string | undefined;

  constructor(fields: RuleMessageFields) {
    this.topic = fields.topic;
    this.payload = fields.payload;
    this.protocol = fields.protocol;
    this.clientId = fields.clientId;
    this.principal = fields.principal;
    this.traceId = fields.traceId;
    this.sourceIp = fields.sourceIp;
    this.ruleName = fields.ruleName;
    this.basicIngest = fields.basicIngest;
    this.mqtt5 = fields.mqtt5;
  }

  get effectiveTopic(): string {
    return this.basicIngest ? this.topic.split('/').slice(3).join('/') : this.topic;
  }

  topicLevel(number: number): string | undefined {
    if (this.#levelNumber !== number) {
      this.#level = levelOf(this.effectiveTopic, number);
      this.#levelNumber = number;
    }
    return this.#level;
  }

  get parseFailed(): boolean {
    return this.#invalid && this.payload.length > 0;
  }

  payloadValue(dialect: Dialect): SqlValue {
    if (this.#invalid) return undefined;
    // The versions differ in numbers such as 10.0, so each has its own reading of the payload.
    if (dialect.wholeDecimalIsInt) return (this.#current ??= this.#parse(dialect)).value;
    return (this.#of2015 ??= this.#parse(dialect)).value;
  }

  payloadMembers(dialect: Dialect): SqlObject {
    if (!dialect.wholeDecimalIsInt) return membersOf(this.payloadValue(dialect));
    return (this.#members ??= membersOf(this.payloadValue(dialect)));
  }

  #parse(dialect: Dialect): { readonly value: SqlValue } {
    const parsed = parseBytes(this.payload, dialect);
    this.#invalid = parsed === 'invalid';
    return parsed === 'invalid' ? { value: undefined } : parsed;
  }
}

function levelOf(topic: string, number: number): string | undefined {
  if (!(number >= 1)) return undefined;
  let start = 0;
  for (let level = 1; level < number; level++) {
    start = topic.indexOf('/', start) + 1;
    if (start === 0) return undefined;
  }
  const end = topic.indexOf('/', start);
  return end < 0 ? topic.slice(start) : topic.slice(start, end);
}

const NO_MEMBERS: SqlObject = Object.freeze({});

function membersOf(payload: SqlValue): SqlObject {
  return isObject(payload) ? payload : NO_MEMBERS;
}

function parseBytes(payload: Uint8Array, dialect: Dialect): { value: SqlValue } | 'invalid' {
  if (payload.length === 0) return 'invalid';
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return 'invalid';
  }
  return parseJson(text, dialect);
}
