import { AcknowledgementByte, encodeAcknowledgement } from '../packets/acknowledgement.js';
import type { Qos } from '../packets/control-packet.js';
import type { EncodedPublish } from '../packets/publish-encoder.js';
import type { PublishForms } from '../packets/publish-forms.js';
import type { LanePace } from '../ports/lane-pace.js';
import type { Session } from '../routing/session.js';
import type { InFlightWindow } from './in-flight-window.js';
import type { LaneCore } from './lane-core.js';
import type { OutputBuffer } from './output-buffer.js';
import { TopicAliases } from './topic-aliases.js';

const DUP = 0x08;

/** What one connection is able to take. */
export interface ReceiverOptions {
  readonly isV5: boolean;
  /** [MQTT-3.1.2-24] Larger packets are not sent. */
  readonly maximumPacketBytes: number;
  /** How fast it may be sent; without it, as fast as it takes what is sent. */
  readonly pace: LanePace | undefined;
  /** Topic aliases that it lets the broker use [MQTT-3.1.2-26]. */
  readonly topicAliasMaximum: number;
  /** Ends the connection: it does not take what is sent. */
  tooSlow(): void;
}

/** Writes messages to one client, and keeps the packet identifiers of those that it will acknowledge. */
export class Outgoing {
  private readonly aliases: TopicAliases | undefined;

  constructor(
    private readonly core: LaneCore,
    readonly session: Session,
    readonly output: OutputBuffer,
    readonly window: InFlightWindow,
    readonly options: ReceiverOptions,
  ) {
    const { isV5, topicAliasMaximum } = options;
    this.aliases = isV5 && topicAliasMaximum > 0 ? new TopicAliases(topicAliasMaximum) : undefined;
  }

  /** Whether more waits for the socket than one receiver may have waiting. */
  get isCongested(): boolean {
    return this.output.bytes > this.core.bounds.receiverBytes;
  }

  /** The packet that the client gets of the message that `forms` are turned to. */
  form(forms: PublishForms, qos: Qos, isRetained: boolean, identifiers: readonly number[] | undefined): EncodedPublish {
    return identifiers !== undefined && this.options.isV5
      ? forms.identifiedForm(qos, isRetained, identifiers)
      : forms.form(this.options.isV5, qos, isRetained);
  }

  /** Whether the client takes no packet of this size; counted as dropped then. */
  isTooLarge(form: EncodedPublish): boolean {
    if (form.end - form.start <= this.options.maximumPacketBytes) return false;
    this.core.counters.droppedTooLarge++;
    return true;
  }

  /** Sends a message with QoS 0 or, when too much waits for the socket, drops it. */
  sendQos0(form: EncodedPublish): void {
    if (this.isCongested) {
      this.core.counters.droppedQos0++;
      return;
    }
    const aliased = this.aliases?.apply(form, this.options.maximumPacketBytes);
    if (aliased === undefined) this.output.append(form.buffer, form.start, form.end);
    else this.output.append(aliased.bytes, 0, aliased.bytes.length);
    this.core.counters.deliveredQos0++;
  }

  /**
   * Sends a message with QoS 1 or 2, and answers its packet identifier; the position is 0 or less for one that is in no queue. The
   * window must have room for it.
   */
  send(form: EncodedPublish, qos: Qos, position: number): number {
    const aliased = this.aliases?.apply(form, this.options.maximumPacketBytes);
    if (aliased !== undefined) {
      const start = this.output.append(aliased.bytes, 0, aliased.bytes.length);
      return this.identify(start, start + aliased.idOffset, qos, position);
    }
    const at = this.output.append(form.buffer, form.start, form.end);
    return this.identify(at, at + form.idOffset, qos, position);
  }

  /** Puts a packet identifier into what was appended to the output, and answers it. */
  identify(at: number, idAt: number, qos: Qos, position: number): number {
    const block = this.output.block as Buffer;
    const id = position > 0 ? this.window.takeFor(position, qos) : this.window.take(qos, position);
    // [MQTT-4.4.0-1] [MQTT-3.3.1-1] sent again after a reconnect
    if (position > 0 && this.session.sentBefore?.delete(position) === true) block[at] = (block[at] as number) | DUP;
    block[idAt] = id >> 8;
    block[idAt + 1] = id & 0xff;
    if (qos === 2) this.core.counters.deliveredQos2++;
    else this.core.counters.deliveredQos1++;
    return id;
  }

  /** Tells the client that the broker knows it has a message of QoS 2. */
  sendPubrel(packetId: number, reasonCode: number): void {
    const packet = encodeAcknowledgement(AcknowledgementByte.pubrel, packetId, this.options.isV5 ? reasonCode : 0);
    this.output.append(packet, 0, packet.length);
  }
}
