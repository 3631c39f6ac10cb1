/** What is known of a retained message without its payload. */
export interface RetainedSummary {
  readonly topic: string;
  readonly payloadSize: number;
  readonly qos: 0 | 1 | 2;
  /** Milliseconds since the epoch. */
  readonly lastModifiedTime: number;
}

/** A retained message. */
export interface RetainedMessage extends Omit<RetainedSummary, 'payloadSize'> {
  readonly payload: Buffer;
  /** In their order; absent without any. */
  readonly userProperties?: readonly (readonly [string, string])[] | undefined;
}

/** The retained messages of the broker, to look at. What has expired, or was deleted, is not among them. */
export abstract class RetainedMessages {
  /** The message that is retained on a topic. */
  abstract find(topic: string): Promise<RetainedMessage | undefined>;

  /**
   * Messages in the order of their topics, as bytes compare.
   *
   * @param after the topic behind which to begin; from the first one without it
   * @param limit how many at most, from 1 on
   */
  abstract list(after: string | undefined, limit: number): Promise<readonly RetainedSummary[]>;
}
