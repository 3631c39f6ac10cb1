import { setTimeout as sleep } from 'node:timers/promises';
import type { PublishForms } from '../../lane/packets/publish-forms.js';
import type { OutgoingMessage } from '../cluster.js';
import { MessageBatch } from './message-batch.js';

/** A batch above this size is sent on its own: the other side begins while this one still collects. */
const BATCH_BYTES = 262_144;
/** Bytes that wait in the inbox of a node; above it nothing is sent to it until there are fewer than half of it. */
const INBOX_BYTES = 33_554_432;
/** Bytes that wait here for a node; above it messages with QoS 0 for it are dropped. */
const WAITING_BYTES = 8_388_608;
const CONGESTION_CHECK_MS = 20;
/** Memory of a batch above this size is given back. */
const KEPT_BYTES = 2 * BATCH_BYTES;

/** Puts a batch into the inbox of a node; answers the bytes that wait there, -1 when the node is gone. No batch: asks. */
export type SendBatch = (nodeId: string, bytes: Buffer | undefined) => Promise<number>;

interface OpenBatch {
  readonly batch: MessageBatch;
  readonly handedOver: Promise<void>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The way to one node. One batch is under way at a time and the next one collects meanwhile: a message alone leaves at the
 * end of its turn of the event loop, and the more there are the more travel together.
 */
export class NodeLink {
  /** Messages with QoS 0 that did not leave. */
  dropped = 0;
  private waiting: OpenBatch[] = [];
  private waitingBytes = 0;
  private isSending = false;
  /** One that was sent, for its memory. */
  private spare: MessageBatch | undefined;

  constructor(
    private readonly nodeId: string,
    private readonly send: SendBatch,
  ) {}

  /** Adds a message, which is copied; resolves when it is handed over. `forms` have been told to use its frame. */
  forward(message: OutgoingMessage, forms: PublishForms): Promise<void> {
    if (message.frame?.qos === 0 && this.waitingBytes > WAITING_BYTES) {
      this.dropped++;
      return Promise.resolve();
    }
    let open = this.waiting.at(-1);
    if (open === undefined || open.batch.size > BATCH_BYTES) this.waiting.push((open = this.openBatch()));
    const before = open.batch.size;
    open.batch.add(message, forms);
    this.waitingBytes += open.batch.size - before;
    if (!this.isSending) {
      this.isSending = true;
      setImmediate(() => void this.sendAll());
    }
    return open.handedOver;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.waiting.length > 0 || this.isSending) await sleep(CONGESTION_CHECK_MS / 4);
  }

  private async sendAll(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.waitingBytes -= next.batch.size;
      try {
        const inInbox = await this.send(this.nodeId, next.batch.bytes());
        this.keep(next.batch);
        next.done();
        if (inInbox > INBOX_BYTES) await this.relief();
      } catch (error) {
        next.failed(error);
      }
    }
    this.isSending = false;
  }

  private openBatch(): OpenBatch {
    const batch = this.spare ?? new MessageBatch();
    this.spare = undefined;
    return openBatch(batch);
  }

  /** Only of a batch that was handed over: another one may be sent yet. */
  private keep(batch: MessageBatch): void {
    if (batch.size > KEPT_BYTES) return;
    batch.clear();
    this.spare = batch;
  }

  private async relief(): Promise<void> {
    do {
      await sleep(CONGESTION_CHECK_MS);
    } while ((await this.send(this.nodeId, undefined)) > INBOX_BYTES / 2);
  }
}

function openBatch(batch: MessageBatch): OpenBatch {
  let done: () => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const handedOver = new Promise<void>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  // Whoever does not wait, as for QoS 0, does not want to know.
  handedOver.catch(() => undefined);
  return { batch, handedOver, done, failed };
}
