import type { Qos } from '../packets/control-packet.js';
import type { LaneRefusal } from '../ports/lane-policy.js';
import { Fifo } from './fifo.js';

/** The connection, as far as its answers go. */
export interface AnsweringHost {
  acknowledge(qos: Qos, packetId: number): void;
  refuse(refusal: LaneRefusal, qos: Qos, packetId: number): void;
}

/** What messages wait for: those of one turn share it. */
interface HandOver {
  readonly promise: Promise<unknown> | undefined;
  isDone: boolean;
  refusal: LaneRefusal | undefined;
}

interface Answer {
  readonly qos: Qos;
  readonly packetId: number;
  readonly handOver: HandOver;
}

const NOTHING_TO_WAIT_FOR: HandOver = { promise: undefined, isDone: true, refusal: undefined };

/**
 * The answers to one publisher whose messages are delivered here and on their way to other nodes: each is given when its
 * message is handed over, in the order of the messages [MQTT-4.6.0-2].
 */
export class HandOvers {
  private readonly answers = new Fifo<Answer>();
  private last: HandOver = NOTHING_TO_WAIT_FOR;

  /**
   * @param explain what to tell of a hand-over that failed
   * @param settled called when answers were given
   */
  constructor(
    private readonly host: AnsweringHost,
    private readonly explain: (error: unknown) => LaneRefusal,
    private readonly settled: () => void,
  ) {}

  /** Messages without answer. */
  get size(): number {
    return this.answers.length;
  }

  /** Acknowledges a message when it is handed over; `undefined` when it need not be. */
  acknowledge(qos: Qos, packetId: number, promise: Promise<unknown> | undefined): void {
    if (promise === undefined && this.answers.length === 0) {
      this.host.acknowledge(qos, packetId);
      return;
    }
    this.answers.push({
      qos,
      packetId,
      handOver: promise === undefined ? NOTHING_TO_WAIT_FOR : this.handOver(promise),
    });
  }

  /** Refuses a message, in its turn. */
  refuse(refusal: LaneRefusal, qos: Qos, packetId: number): void {
    if (this.answers.length === 0) this.host.refuse(refusal, qos, packetId);
    else this.answers.push({ qos, packetId, handOver: { promise: undefined, isDone: true, refusal } });
  }

  private handOver(promise: Promise<unknown>): HandOver {
    if (this.last.promise === promise) return this.last;
    const handOver: HandOver = { promise, isDone: false, refusal: undefined };
    this.last = handOver;
    promise
      .catch((error: unknown) => {
        handOver.refusal = this.explain(error);
      })
      .finally(() => {
        handOver.isDone = true;
        this.settle();
      });
    return handOver;
  }

  private settle(): void {
    for (let next = this.answers.peek(); next?.handOver.isDone === true; next = this.answers.peek()) {
      this.answers.shift();
      const { qos, packetId, handOver } = next;
      if (handOver.refusal === undefined) this.host.acknowledge(qos, packetId);
      else this.host.refuse(handOver.refusal, qos, packetId);
    }
    this.settled();
  }
}
