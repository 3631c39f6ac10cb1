/** A topic with the bytes that are kept for it. */
export type RetainedRecord = readonly [topic: string, bytes: Buffer];

/** Where retained messages lie: bytes by topic. */
export interface RetainedRecords {
  get(topic: string): Promise<Buffer | undefined>;
  /** Answers false, and does nothing, when the topic has nothing and `most` topics have something. */
  put(topic: string, bytes: Buffer, most: number): Promise<boolean>;
  delete(topic: string): Promise<void>;
  /** Puts other bytes in the place of some, or takes them out, unless the topic has other bytes by now. */
  replace(topic: string, bytes: Buffer, by: Buffer | undefined): Promise<void>;
  /**
   * Records in the order of their topics, as bytes compare. Fewer than `limit` are the last ones.
   *
   * @param from the topic to begin with; '' for the first one
   * @param isIncluded whether `from` itself is among them
   * @param limit how many at most, from 1 on
   */
  page(from: string, isIncluded: boolean, limit: number): Promise<RetainedRecord[]>;
}
