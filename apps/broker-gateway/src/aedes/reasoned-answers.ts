import type { Client, SubscribePacket, Subscription } from 'aedes';
import { generate } from 'mqtt-packet';

/** MQTT 5, 3.9.3: reasons in a SUBACK why a filter was not subscribed to. */
export type SubscribeReasonCode = 0x87 | 0x8f | 0x97;

/** A SUBACK that aedes does not send, because it would say nothing but codes. */
interface Answer {
  readonly messageId: number;
  /** The filters in the order of the packet [MQTT-3.9.3-1]. */
  readonly filters: readonly string[];
  readonly refused: Map<string, SubscribeReasonCode>;
  readonly reason: string | undefined;
}

type PacketWithId = SubscribePacket & { messageId?: number | undefined };

/**
 * MQTT 5 answers that say why, where aedes says nothing: it has no Reason String for CONNACK and SUBACK. For the one the
 * socket is written to before aedes hears of the refusal; for the other the id is taken out of the packet, as in
 * subscriptions of the broker's own, which aedes does not answer. Tests hold both.
 */
export class ReasonedAnswers {
  private readonly packets = new WeakMap<Subscription, PacketWithId>();
  private readonly answers = new WeakMap<PacketWithId, Answer>();

  /** Watches the SUBSCRIBE packets of a client. Call it before its first packet is read. */
  adopt(client: Client): void {
    const { _parser: parser } = client as Client & { _parser: NodeJS.EventEmitter };
    parser.prependListener('packet', (packet: PacketWithId) => {
      if (packet.cmd !== 'subscribe') return;
      for (const subscription of packet.subscriptions) this.packets.set(subscription, packet);
    });
  }

  /** [MQTT-3.1.2-2] of MQTT 3.1.1: refuses a client for the version that it speaks, with return code 1. */
  refuseVersion(client: Client): void {
    client.conn.write(generate({ cmd: 'connack', sessionPresent: false, returnCode: 1 }));
    client.close();
  }

  /** Refuses a connection, with a reason if it has one; the connection is closed when that is on its way. */
  refuseConnect(client: Client, reasonCode: number, reasonString: string | undefined): void {
    const properties = reasonString === undefined ? {} : { properties: { reasonString } };
    const connack = generate(
      { cmd: 'connack', sessionPresent: false, reasonCode, ...properties },
      { protocolVersion: 5 },
    );
    // What was written before goes out before the socket closes: the lane sees to it.
    client.conn.write(connack);
    client.close();
  }

  /**
   * Ends a connection whose client has its CONNACK but not yet all that was queued for it: for aedes it is not connected
   * until then, and gets no DISCONNECT.
   */
  disconnect(client: Client, goodbye: { reasonCode: number; properties?: object }, done: () => void): void {
    if (client.version !== 5 || client.closed) {
      client.close(done);
      return;
    }
    client.conn.write(generate({ cmd: 'disconnect', ...goodbye }, { protocolVersion: 5 }));
    client.close(done);
  }

  /** Notes why a filter is refused; {@link answer} tells it. The first reason of a packet is the one that is told. */
  refuseSubscription(subscription: Subscription, reasonCode: SubscribeReasonCode, reason?: string): void {
    const packet = this.packets.get(subscription);
    if (packet === undefined) return;
    let answer = this.answers.get(packet);
    if (answer === undefined) {
      const { messageId, subscriptions } = packet;
      if (messageId === undefined) return;
      const filters = subscriptions.map(({ topic }) => topic);
      answer = { messageId, filters, refused: new Map(), reason };
      this.answers.set(packet, answer);
      packet.messageId = undefined;
    }
    answer.refused.set(subscription.topic, reasonCode);
  }

  /** Answers a SUBSCRIBE that had a refusal, when aedes has done its part: `subscriptions` say what was granted. */
  answer(client: Client, subscriptions: readonly Subscription[]): void {
    const [first] = subscriptions;
    const packet = first && this.packets.get(first);
    const answer = packet && this.answers.get(packet);
    if (answer === undefined || client.closed) return;
    const granted = new Map<string, number>(subscriptions.map(({ topic, qos }) => [topic, qos]));
    const codes = answer.filters.map((filter) => answer.refused.get(filter) ?? granted.get(filter) ?? 0x80);
    const { messageId, reason: reasonString } = answer;
    const properties = reasonString === undefined ? {} : { properties: { reasonString } };
    client.conn.write(generate({ cmd: 'suback', messageId, granted: codes, ...properties }, { protocolVersion: 5 }));
  }
}
