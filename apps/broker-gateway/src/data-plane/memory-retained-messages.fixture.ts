import { type RetainedMessage, RetainedMessages, type RetainedSummary } from './retained-messages.js';

/** Retained messages of a test. */
export class MemoryRetainedMessages extends RetainedMessages {
  constructor(private readonly messages: readonly RetainedMessage[]) {
    super();
  }

  override find(topic: string): Promise<RetainedMessage | undefined> {
    return Promise.resolve(this.messages.find((message) => message.topic === topic));
  }

  override list(after: string | undefined, limit: number): Promise<readonly RetainedSummary[]> {
    const found = [...this.messages]
      .sort((one, other) => (one.topic < other.topic ? -1 : 1))
      .filter(({ topic }) => after === undefined || topic > after)
      .slice(0, limit)
      .map(({ topic, payload, qos, lastModifiedTime }) => ({
        topic,
        payloadSize: payload.length,
        qos,
        lastModifiedTime,
      }));
    return Promise.resolve(found);
  }
}
