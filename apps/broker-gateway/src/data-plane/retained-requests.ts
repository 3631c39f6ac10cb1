import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { BrokerRates } from '../rates/broker-rates.js';
import type { HttpCaller } from './http-callers.js';
import { type RetainedMessage, RetainedMessages, type RetainedSummary } from './retained-messages.js';

/** AWS IoT data plane, ListRetainedMessages: 1 to 200. */
const MOST_RESULTS = 200;
const RESULTS = 100;

/** AWS: GetRetainedMessage. `userProperties` is the base64 of a JSON array of objects with one member each. */
export interface GetRetainedMessageAnswer {
  readonly topic: string;
  /** Base64. */
  readonly payload: string;
  readonly qos: number;
  readonly lastModifiedTime: number;
  readonly userProperties: string | null;
}

/** AWS: ListRetainedMessages. */
export interface ListRetainedMessagesAnswer {
  readonly retainedTopics: readonly RetainedSummary[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/** Questions about retained messages. */
@Injectable()
export class RetainedRequests {
  constructor(
    private readonly messages: RetainedMessages,
    private readonly rates: BrokerRates,
  ) {}

  /** The message that is retained on a topic. Throws `ResourceNotFound`, `Forbidden`, `Throttling`. */
  async get(caller: HttpCaller, topic: string): Promise<GetRetainedMessageAnswer> {
    caller.mayReadRetained(topic);
    refuse(this.rates.admitRetainedRead());
    const message = await this.messages.find(topic);
    if (message === undefined) throw new IotError('ResourceNotFound', `No message is retained on ${topic}`);
    const { payload, qos, lastModifiedTime } = message;
    return {
      topic,
      payload: payload.toString('base64'),
      qos,
      lastModifiedTime,
      userProperties: userPropertiesOf(message),
    };
  }

  /** One page of what is retained. Throws `InvalidRequest`, `Forbidden`, `Throttling`. */
  async list(caller: HttpCaller, query: URLSearchParams): Promise<ListRetainedMessagesAnswer> {
    caller.mayListRetained();
    const limit = readLimit(query.get('maxResults'));
    const after = readToken(query.get('nextToken'));
    refuse(this.rates.admitRetainedList());
    // One more says whether there is another page.
    const found = await this.messages.list(after, limit + 1);
    const retainedTopics = found.slice(0, limit);
    const last = found.length > limit ? retainedTopics.at(-1) : undefined;
    return { retainedTopics, ...(last === undefined ? {} : { nextToken: toToken(last.topic) }) };
  }
}

function userPropertiesOf({ userProperties }: RetainedMessage): string | null {
  if (userProperties === undefined || userProperties.length === 0) return null;
  const objects = userProperties.map(([key, value]) => Object.fromEntries([[key, value]]));
  return Buffer.from(JSON.stringify(objects)).toString('base64');
}

function readLimit(text: string | null): number {
  if (text === null) return RESULTS;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_RESULTS) return limit;
  throw new IotError('InvalidRequest', `maxResults is a number from 1 to ${MOST_RESULTS}, not "${text}"`);
}

function toToken(topic: string): string {
  return Buffer.from(topic).toString('base64url');
}

function readToken(token: string | null): string | undefined {
  if (token === null) return undefined;
  const topic = Buffer.from(token, 'base64url').toString('utf8');
  if (topic !== '' && toToken(topic) === token) return topic;
  throw new IotError('InvalidRequest', 'nextToken is none that was given out: begin without it');
}

function refuse(error: IotError | undefined): void {
  if (error !== undefined) throw error;
}
