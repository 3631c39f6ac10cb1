/** When a batch is closed: by whichever limit is reached first. */
export interface BatchLimits {
  readonly maxBatchOpenMs: number;
  readonly maxBatchSize: number;
  readonly maxBatchSizeBytes: number;
}

/** Sends a batch; at least one member, in the order they came. */
export type SendMembers<Member> = (members: readonly Member[]) => Promise<void>;

interface OpenBatch<Member> {
  readonly members: Member[];
  bytes: number;
  readonly sent: Promise<void>;
  readonly close: () => void;
}

/** Gathers what comes within a short time and belongs together. AWS: the `BatchConfig` of an action. */
export class TimedBatches<Member> {
  private readonly open = new Map<string, OpenBatch<Member>>();

  constructor(
    private readonly limits: BatchLimits,
    private readonly send: SendMembers<Member>,
  ) {}

  /**
   * Adds a member to the open batch of a key; settles as that batch does. A member that makes the batch larger than it
   * may be goes into the next one; one that is larger by itself travels alone.
   */
  async add(key: string, member: Member, bytes: number): Promise<void> {
    const { maxBatchSize, maxBatchSizeBytes } = this.limits;
    const current = this.open.get(key);
    if (current !== undefined && current.bytes + bytes > maxBatchSizeBytes) current.close();
    const batch = this.open.get(key) ?? this.begin(key);
    batch.members.push(member);
    batch.bytes += bytes;
    if (batch.members.length >= maxBatchSize || batch.bytes >= maxBatchSizeBytes) batch.close();
    await batch.sent;
  }

  private begin(key: string): OpenBatch<Member> {
    const members: Member[] = [];
    let finish: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (finish = resolve));
    const close = () => {
      clearTimeout(timer);
      if (this.open.get(key) === batch) this.open.delete(key);
      finish();
    };
    const timer = setTimeout(close, this.limits.maxBatchOpenMs);
    const batch = { members, bytes: 0, sent: closed.then(() => this.send(members)), close };
    this.open.set(key, batch);
    return batch;
  }
}
