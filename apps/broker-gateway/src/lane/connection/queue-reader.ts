import { AcknowledgementByte } from '../packets/acknowledgement.js';
import { decodeMessage } from '../packets/message-encoding.js';
import { isExpired, remainingSeconds } from '../packets/message-expiry.js';
import type { PublishForms } from '../packets/publish-forms.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import type { QueuedForm } from '../packets/canonical-bytes.js';
import type { LanePeer } from '../ports/lane-policy.js';
import type { StoredMessage } from '../ports/lane-store.js';
import { identifiersFor } from '../routing/subscription-identifiers.js';
import type { SessionQueue } from '../routing/session-receiver.js';
import type { LaneCore } from './lane-core.js';
import type { Outgoing } from './outgoing.js';

/** How long to wait at least for a rate, in milliseconds: a few messages at a time are read and sent, not each alone. */
const PAUSE_MS = 100;
const STORED_PAUSE_MS = 1_000;

/** Messages with a rate of their own that are read at once. */
const STORED_AT_ONCE = 32;

/** A stretch of the queue that is being read. */
interface Stretch {
  /** Position of the last message that was sent, or was not to be sent. */
  cursor: number;
  /** The last position that belongs to it, as far as known. */
  readonly tail: number;
  /** Whether its messages waited before the client came. */
  readonly isStored: boolean;
}

/**
 * Brings the queue of a persistent session to its connection, in the order of the queue. Where what waited has a rate of
 * its own, newer messages do not wait for it. AWS: "mixed with live traffic".
 */
export class QueueReader implements SessionQueue {
  /** What waited when the client came, while it is not all sent and has a rate of its own. */
  private backlog: (Stretch & { tail: number }) | undefined;
  private isReading = false;
  private isReadingBacklog = false;
  private isClosed = false;
  private alarm: NodeJS.Timeout | undefined;
  private backlogAlarm: NodeJS.Timeout | undefined;

  constructor(
    private readonly core: LaneCore,
    private readonly peer: LanePeer,
    private readonly outgoing: Outgoing,
  ) {}

  /** Begins with what is in the queue already. */
  open(): void {
    const { session, options } = this.outgoing;
    session.cursor = 0;
    session.tail = session.isPersistent ? Number.POSITIVE_INFINITY : 0;
    if (session.isPersistent && options.pace?.limitsStored === true) {
      session.cursor = session.tail;
      this.backlog = { cursor: 0, tail: Number.POSITIVE_INFINITY, isStored: true };
    }
    this.refill();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.alarm);
    clearTimeout(this.backlogAlarm);
    const { session, window } = this.outgoing;
    if (!session.isPersistent) return;
    const sent = window.sent();
    for (const position of session.sentBefore ?? []) sent.add(position);
    session.sentBefore = sent.size === 0 ? undefined : sent;
  }

  /** The first message that comes while the client is connected shows where what waited before ends. */
  announcing(position: number): void {
    const { backlog } = this;
    if (backlog?.tail !== Number.POSITIVE_INFINITY) return;
    backlog.tail = Math.max(position - 1, backlog.cursor);
    const { session } = this.outgoing;
    session.cursor = session.tail = backlog.tail;
  }

  /** Something was put in the queue that is to be sent in its turn. */
  arrived(position: number): void {
    this.announcing(position);
    const { session } = this.outgoing;
    session.tail = Math.max(session.tail, position);
    session.news++;
    this.refill();
  }

  /** Something is in the queue that nobody has to be told of again. */
  passed(position: number): void {
    this.announcing(position);
    const { session } = this.outgoing;
    const isNext = session.cursor === session.tail && position === session.tail + 1;
    session.tail = Math.max(session.tail, position);
    session.news++;
    if (isNext) session.cursor = position;
  }

  /**
   * Sends the message that is next in the queue. False when it cannot be sent now; it stays in the queue then, and
   * {@link QueueReader.refill} comes to it.
   */
  deliverNext(forms: PublishForms, frame: PublishFrame, { qos, isRetained }: QueuedForm, position: number): boolean {
    const { outgoing } = this;
    const { session, window } = outgoing;
    if (this.isReading || !window.hasRoomFor(position) || outgoing.isCongested) return false;
    const answer = this.core.policy.mayReceive(this.peer, frame.topic);
    if (typeof answer !== 'boolean') return false;
    const form = outgoing.form(forms, qos, isRetained, this.identifiers(frame));
    if (!answer || outgoing.isTooLarge(form)) {
      session.cursor = position;
      this.core.batch.remove(session.clientId, position);
      return true;
    }
    if (!this.isOnTime(form.end - form.start, false)) return false;
    session.cursor = position;
    outgoing.send(form, qos, position);
    return true;
  }

  /** Reads the queue on when there is something in it and room for it. */
  refill(): void {
    const { outgoing, backlog } = this;
    const { session, window } = outgoing;
    if (this.isClosed || !session.isPersistent || !window.isHalfFree || outgoing.isCongested) return;
    if (!this.isReading && session.cursor < session.tail && this.alarm === undefined) {
      this.isReading = true;
      void this.readOn();
    }
    if (!this.isReadingBacklog && backlog !== undefined && this.backlogAlarm === undefined) {
      this.isReadingBacklog = true;
      void this.readBacklog(backlog);
    }
  }

  private async readOn(): Promise<void> {
    const { session, window } = this.outgoing;
    try {
      const limit = window.free;
      const { news } = session;
      const messages = await this.core.store.read(session.clientId, session.cursor, limit);
      const isTaken = await this.deliverAll(messages, {
        get cursor() {
          return session.cursor;
        },
        set cursor(position) {
          session.cursor = position;
        },
        tail: Number.POSITIVE_INFINITY,
        isStored: false,
      });
      if (isTaken && messages.length < limit && session.news === news) session.tail = session.cursor;
      this.isReading = false;
      this.refill();
    } catch (error) {
      this.isReading = false; // the next acknowledgement or message tries again
      this.core.failed(error);
    }
  }

  private async readBacklog(backlog: Stretch & { tail: number }): Promise<void> {
    const { session, window } = this.outgoing;
    try {
      const limit = Math.min(window.free, STORED_AT_ONCE);
      const { news } = session;
      const messages = await this.core.store.read(session.clientId, backlog.cursor, limit);
      const isTaken = await this.deliverAll(messages, backlog);
      const isAll = messages.length < limit || (messages.at(-1)?.position ?? 0) > backlog.tail;
      if (isTaken && isAll && (session.news === news || backlog.tail < Number.POSITIVE_INFINITY)) {
        this.backlog = undefined;
        // Nothing came meanwhile: from here on the queue is read as one.
        if (backlog.tail === Number.POSITIVE_INFINITY) session.cursor = session.tail = backlog.cursor;
      }
      this.isReadingBacklog = false;
      this.refill();
    } catch (error) {
      this.isReadingBacklog = false;
      this.core.failed(error);
    }
  }

  /** False when the connection cannot take more now. */
  private async deliverAll(messages: readonly StoredMessage[], stretch: Stretch): Promise<boolean> {
    for (const message of messages) {
      if (message.position <= stretch.cursor) continue;
      if (message.position > stretch.tail) return true;
      if (!(await this.deliver(message, stretch))) return false;
    }
    return true;
  }

  private async deliver(message: StoredMessage, stretch: Stretch): Promise<boolean> {
    const { core, outgoing } = this;
    const { session, window } = outgoing;
    const { position, bytes, expiresAt } = message;
    if (this.isClosed) return false;
    if (bytes[0] === AcknowledgementByte.pubrel) return this.releaseAgain(message, stretch);
    if (!window.hasRoomFor(position)) return false;
    const frame = this.decode(bytes);
    const answer = frame !== undefined && core.policy.mayReceive(this.peer, frame.topic);
    const isAllowed = typeof answer === 'boolean' ? answer : await answer.catch(() => false);
    if (this.isClosed || !window.hasRoomFor(position)) return false;
    const now = core.now();
    if (isExpired(expiresAt, now)) core.counters.expired++;
    if (frame === undefined || !isAllowed || isExpired(expiresAt, now)) {
      this.skip(position, stretch);
      return true;
    }
    if (!this.isOnTime(bytes.length, stretch.isStored)) return false;
    if (expiresAt > 0) frame.expirySeconds = remainingSeconds(expiresAt, now);
    stretch.cursor = position;
    core.forms.use(frame);
    const form = outgoing.form(core.forms, frame.qos, frame.isRetained, this.identifiers(frame));
    if (outgoing.isTooLarge(form)) core.batch.remove(session.clientId, position);
    else outgoing.send(form, frame.qos, position);
    core.forms.release();
    return true;
  }

  /** [MQTT-4.4.0-1] A QoS 2 message that the client had received goes on with the PUBREL that was not answered. */
  private releaseAgain({ position, bytes }: StoredMessage, stretch: Stretch): boolean {
    const { window } = this.outgoing;
    const id = bytes.readUInt16BE(2);
    if (!window.isReleased(id)) {
      if (window.free === 0) return false;
      window.takeReleased(id, position);
      this.outgoing.sendPubrel(id, 0);
    }
    stretch.cursor = position;
    return true;
  }

  private skip(position: number, stretch: Stretch): void {
    const { session } = this.outgoing;
    stretch.cursor = position;
    this.core.batch.remove(session.clientId, position);
    session.sentBefore?.delete(position);
  }

  private identifiers(frame: PublishFrame): number[] | undefined {
    return this.outgoing.options.isV5 ? identifiersFor(this.outgoing.session, frame.topicKey) : undefined;
  }

  /** Whether the rate of the connection lets a message go now; if not, the queue is read on when it does. */
  private isOnTime(bytes: number, isStored: boolean): boolean {
    const { pace } = this.outgoing.options;
    if (pace === undefined) return true;
    const waitMs = isStored ? pace.tryStoredDelivery(bytes) : pace.tryDelivery(bytes);
    if (waitMs === 0) return true;
    if (isStored) {
      this.backlogAlarm = setTimeout(
        () => {
          this.backlogAlarm = undefined;
          this.refill();
        },
        Math.max(waitMs, STORED_PAUSE_MS),
      ).unref();
    } else {
      this.alarm ??= setTimeout(
        () => {
          this.alarm = undefined;
          this.refill();
        },
        Math.max(waitMs, PAUSE_MS),
      ).unref();
    }
    return false;
  }

  /** A message that cannot be read any more must not block those behind it. */
  private decode(bytes: Buffer): PublishFrame | undefined {
    try {
      return decodeMessage(bytes);
    } catch (error) {
      this.core.failed(error);
      return undefined;
    }
  }
}
