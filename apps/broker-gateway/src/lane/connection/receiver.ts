import { AcknowledgementByte, type Acknowledgement, encodeAcknowledgement } from '../packets/acknowledgement.js';
import { canonicalBytes } from '../packets/canonical-bytes.js';
import { type Qos, ReasonCode } from '../packets/control-packet.js';
import { isExpired, remainingSeconds } from '../packets/message-expiry.js';
import { type EncodedPublish, keptBytes } from '../packets/publish-encoder.js';
import type { PublishForms } from '../packets/publish-forms.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import type { LanePeer } from '../ports/lane-policy.js';
import { NOT_QUEUED } from '../ports/lane-store.js';
import type { DeliveryTerms } from '../routing/delivery-terms.js';
import { HeldMessages } from '../routing/held-messages.js';
import type { SessionReceiver } from '../routing/session-receiver.js';
import { DirectMessages } from './direct-messages.js';
import { Fifo } from './fifo.js';
import type { LaneCore } from './lane-core.js';
import type { Outgoing } from './outgoing.js';
import { QueueReader } from './queue-reader.js';

/** What a packet that waits costs beside its bytes: a buffer and an entry. */
const PARKING_BYTES = 256;

/** Messages that are unacknowledged for too long are looked for once in so many sweeps. */
const OVERDUE_SWEEPS = 60;

/** From here on the reason code of an acknowledgement is a failure [MQTT5 2.4]. */
const FAILURE = 0x80;

/** A packet that waits for a place in the window, or for the permission of its receiver. */
interface Parked {
  readonly bytes: Buffer;
  readonly qos: Qos;
  readonly idOffset: number;
  readonly expiryOffset: number;
  readonly expiresAt: number;
  /** Below 0 for a message that is held for its group. */
  readonly position: number;
  readonly terms: DeliveryTerms;
  readonly topic: string;
}

/** The receiving side of one connection: what goes out, in which order, and what has to wait. */
export class Receiver implements SessionReceiver {
  readonly queue: QueueReader;
  /** Made for the first message: hardly any client gets one. */
  private directMessages: DirectMessages | undefined;
  private readonly parked = new Fifo<Parked>();
  private parkedBytes = 0;
  private isClosed = false;
  private sweeps = 0;
  /** Counts how often the permissions of the client changed. */
  private permissionCount = 0;

  constructor(
    private readonly core: LaneCore,
    private readonly peer: LanePeer,
    private readonly outgoing: Outgoing,
  ) {
    this.queue = new QueueReader(core, peer, outgoing);
  }

  /** The way to the client past all subscriptions. */
  get direct(): DirectMessages {
    return (this.directMessages ??= new DirectMessages(this.core, this.outgoing));
  }

  /** Whether messages wait for acknowledgements. */
  get hasParked(): boolean {
    return this.parked.length > 0;
  }

  /** Sends a message, or has it wait, or drops it. Caution: allocates nothing for a message that can be sent. */
  deliver(forms: PublishForms, frame: PublishFrame, terms: DeliveryTerms, topic: string, isFromRetained = false): void {
    if (terms.decidedFor !== this.permissionCount) this.decide(terms, topic);
    if (terms.decision === 'denied') return;
    const { outgoing } = this;
    const qos = frame.qos < terms.qos ? frame.qos : terms.qos;
    const isRetained = isFromRetained || (frame.isRetained && terms.retainAsPublished);
    const form = outgoing.form(forms, qos, isRetained, terms.identifiers);
    if (outgoing.isTooLarge(form)) return;
    const { pace } = outgoing.options;
    if (pace !== undefined && pace.tryDelivery(form.end - form.start) > 0) {
      // AWS IoT quotas, outbound publish requests per second per connection: what nothing keeps is dropped.
      if (terms.groupKey !== undefined && qos > 0) this.core.backlogs.putBack(terms.groupKey, frame);
      else this.core.counters.droppedThrottled++;
    } else if (terms.decision === 'pending') {
      this.park(form, qos, frame, terms, topic);
    } else if (qos === 0) {
      outgoing.sendQos0(form);
    } else if (this.parked.length === 0 && outgoing.window.free > 0 && !outgoing.isCongested) {
      outgoing.send(form, qos, this.hold(frame, qos, terms));
    } else {
      this.park(form, qos, frame, terms, topic);
    }
  }

  /** Delivers a retained message to a new subscription, with the RETAIN flag [MQTT-3.3.1-8]. */
  deliverRetained(frame: PublishFrame, terms: DeliveryTerms, topic: string): void {
    const { forms } = this.core;
    frame.expirySeconds = frame.expiresAt === 0 ? -1 : remainingSeconds(frame.expiresAt, this.core.now());
    forms.use(frame);
    this.deliver(forms, frame, terms, topic, true);
    forms.release();
  }

  /** Takes the PUBACK of the client. */
  acknowledged({ packetId }: Acknowledgement): void {
    const position = this.outgoing.window.acknowledge(packetId);
    if (position === undefined) return;
    this.directMessages?.acknowledged(packetId);
    this.finished(position);
  }

  /** Takes the PUBREC of the client: it has a message of QoS 2, or refuses it. */
  received({ packetId, reasonCode }: Acknowledgement): void {
    const { window } = this.outgoing;
    const position = window.positionOf(packetId);
    if (position === undefined) {
      // [MQTT-4.3.3-6] The exchange must come to its end, whoever forgot of it.
      if (reasonCode < FAILURE) this.outgoing.sendPubrel(packetId, ReasonCode.packetIdentifierNotFound);
    } else if (reasonCode >= FAILURE) {
      window.end(packetId);
      this.finished(position); // [MQTT-4.3.3-4] no PUBREL
    } else if (position <= 0 || window.isReleased(packetId)) {
      window.release(packetId, position);
      this.outgoing.sendPubrel(packetId, ReasonCode.success);
    } else {
      this.release(packetId, position).catch((error: unknown) => this.core.failed(error));
    }
  }

  /** Takes the PUBCOMP of the client: the exchange of a message of QoS 2 is complete. */
  completed({ packetId }: Acknowledgement): void {
    const { window } = this.outgoing;
    if (!window.isReleased(packetId)) return;
    const position = window.end(packetId);
    if (position !== undefined) this.finished(position);
  }

  /** The socket has taken bytes. */
  drained(): void {
    if (this.isClosed) return;
    if (this.parked.length > 0) this.unpark();
    this.queue.refill();
  }

  /** Forgets what the client may receive. */
  permissionsChanged(): void {
    this.permissionCount++;
    if (this.parked.length > 0) this.unpark();
  }

  /** Begins to deliver: first what is in the queue of the session. */
  open(): void {
    this.outgoing.session.receiver = this;
    this.queue.open();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.core.load.subtract(this.parkedBytes);
    this.parked.clear();
    const { session } = this.outgoing;
    if (session.receiver === this) session.receiver = undefined;
    this.queue.close();
    this.directMessages?.close();
    if (session.held !== undefined) this.core.router.deliverHeld(session.held);
  }

  /** Called at regular intervals: tries to read on, and drops what the client has left unacknowledged for too long. */
  sweep(intervalMs: number): void {
    this.queue.refill();
    const { unacknowledgedSeconds } = this.core.limits;
    if (unacknowledgedSeconds === Infinity || ++this.sweeps % OVERDUE_SWEEPS !== 0) return;
    const calls = Math.ceil((unacknowledgedSeconds * 1_000) / (OVERDUE_SWEEPS * intervalMs));
    for (const packetId of this.outgoing.window.overdue(calls)) {
      const position = this.outgoing.window.end(packetId);
      this.core.counters.droppedUnacknowledged++;
      if (position !== undefined) this.free(position);
    }
  }

  private finished(position: number): void {
    this.core.counters.acknowledged++;
    this.free(position);
  }

  /** A place in the window is free. */
  private free(position: number): void {
    const { session } = this.outgoing;
    if (position > 0) this.core.batch.remove(session.clientId, position);
    else if (position < 0) session.held?.delete(position);
    if (this.parked.length > 0) this.unpark();
    this.queue.refill();
  }

  /**
   * The client has a QoS 2 message of the queue: in its place comes the PUBREL, before that is sent, so that the message is
   * not sent again whatever happens [MQTT-4.3.3-5]. Where the queue is full the message stays until the PUBCOMP.
   */
  private async release(packetId: number, position: number): Promise<void> {
    const { session, window } = this.outgoing;
    const { clientId } = session;
    window.release(packetId, position);
    const bytes = encodeAcknowledgement(AcknowledgementByte.pubrel, packetId, ReasonCode.success);
    const [marker = NOT_QUEUED] = await this.core.batch.enqueue({ bytes, expiresAt: 0, clientIds: [clientId] });
    if (marker !== NOT_QUEUED) {
      this.core.batch.remove(clientId, position);
      if (window.isReleased(packetId)) window.release(packetId, marker);
      if (!this.isClosed) this.queue.passed(marker);
    }
    if (!this.isClosed) this.outgoing.sendPubrel(packetId, ReasonCode.success);
  }

  /** Keeps a message of a shared subscription until it is acknowledged; 0 for all others. */
  private hold(frame: PublishFrame, qos: Qos, { groupKey }: DeliveryTerms): number {
    // [MQTT5 4.8.2] A message with QoS 2 is for nobody else, once it was sent.
    if (groupKey === undefined || qos !== 1) return 0;
    const bytes = Buffer.from(canonicalBytes(frame, { qos, isRetained: frame.isRetained }));
    return (this.outgoing.session.held ??= new HeldMessages()).add(groupKey, bytes, frame.expiresAt);
  }

  private park(form: EncodedPublish, qos: Qos, frame: PublishFrame, terms: DeliveryTerms, topic: string): void {
    const size = form.end - form.start + PARKING_BYTES;
    if (this.isClosed) return;
    if (this.parkedBytes + this.outgoing.output.bytes + size > this.core.bounds.receiverBytes) {
      if (terms.groupKey !== undefined && qos > 0) this.core.backlogs.putBack(terms.groupKey, frame);
      else this.overflow(qos);
      return;
    }
    const { idOffset, expiryOffset } = form;
    const { expiresAt } = frame;
    const position = this.hold(frame, qos, terms);
    this.parked.push({ bytes: keptBytes(form), qos, idOffset, expiryOffset, expiresAt, position, terms, topic });
    this.parkedBytes += size;
    this.core.load.add(size);
  }

  private overflow(qos: Qos): void {
    if (qos === 0) this.core.counters.droppedQos0++;
    else if (this.core.limits.onFullReceiver === 'drop') this.core.counters.droppedQos1++;
    else this.outgoing.options.tooSlow();
  }

  private unpark(): void {
    const { outgoing } = this;
    for (let next = this.parked.peek(); next !== undefined; next = this.parked.peek()) {
      const { terms, topic } = next;
      if (terms.decidedFor !== this.permissionCount) this.decide(terms, topic);
      if (terms.decision === 'pending') return;
      if (outgoing.isCongested || (next.qos > 0 && outgoing.window.free === 0)) return;
      this.parked.shift();
      const size = next.bytes.length + PARKING_BYTES;
      this.parkedBytes -= size;
      this.core.load.subtract(size);
      if (terms.decision === 'allowed') this.sendParked(next);
      else this.outgoing.session.held?.delete(next.position);
    }
  }

  private sendParked({ bytes, qos, idOffset, expiryOffset, expiresAt, position }: Parked): void {
    const { output } = this.outgoing;
    const now = expiresAt > 0 ? this.core.now() : 0;
    if (isExpired(expiresAt, now)) {
      this.core.counters.expired++; // [MQTT-3.3.2-5]
      this.outgoing.session.held?.delete(position);
      return;
    }
    const at = output.append(bytes, 0, bytes.length);
    if (expiryOffset >= 0) output.block?.writeUInt32BE(remainingSeconds(expiresAt, now), at + expiryOffset); // [MQTT-3.3.2-6]
    if (qos > 0) this.outgoing.identify(at, at + idOffset, qos, position);
    else this.core.counters.deliveredQos0++;
  }

  private decide(terms: DeliveryTerms, topic: string): void {
    const asked = this.permissionCount;
    terms.decidedFor = asked;
    const answer = this.core.policy.mayReceive(this.peer, topic);
    if (typeof answer === 'boolean') {
      terms.decision = answer ? 'allowed' : 'denied';
      return;
    }
    terms.decision = 'pending';
    const settle = (isAllowed: boolean) => {
      if (terms.decidedFor !== asked) return;
      terms.decision = isAllowed ? 'allowed' : 'denied';
      this.unpark();
    };
    answer.then(settle, () => settle(false));
  }
}
