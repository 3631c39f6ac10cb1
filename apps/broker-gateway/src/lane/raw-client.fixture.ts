import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';

/** A client that does what it is told and nothing by itself: no acknowledgement, no ping, no goodbye. */
export class RawClient {
  readonly packets: Packet[] = [];
  isClosed = false;
  private readonly version: 4 | 5;

  constructor(
    readonly stream: Duplex,
    version: 4 | 5,
  ) {
    this.version = version;
    const parser = mqttPacket.parser({ protocolVersion: version });
    parser.on('packet', (packet) => this.packets.push(packet));
    stream.on('data', (chunk: Buffer) => parser.parse(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => (this.isClosed = true));
  }

  get publishes(): IPublishPacket[] {
    return this.packets.filter((packet) => packet.cmd === 'publish');
  }

  bytes(packet: Packet): Buffer {
    return mqttPacket.generate(packet, { protocolVersion: this.version });
  }

  send(...packets: (Packet | Buffer)[]): void {
    this.stream.write(Buffer.concat(packets.map((one) => (Buffer.isBuffer(one) ? one : this.bytes(one)))));
  }

  /** Waits for the next packet of a kind that was not waited for yet. */
  async next<T extends Packet['cmd']>(cmd: T): Promise<Extract<Packet, { cmd: T }>> {
    const found = await waitFor(() => this.packets.find((packet) => packet.cmd === cmd), { what: `a ${cmd} packet` });
    this.packets.splice(this.packets.indexOf(found), 1);
    return found as Extract<Packet, { cmd: T }>;
  }

  async closed(): Promise<void> {
    await waitFor(() => this.isClosed, { what: 'the connection to close' });
  }
}

/** Connects a raw client and waits for its CONNACK. */
export async function rawConnect(
  port: number,
  options: Partial<IConnectPacket> & { stream?: Duplex } = {},
): Promise<RawClient> {
  const { stream = connect({ port, host: '127.0.0.1', noDelay: true }), ...packet } = options;
  if ('connecting' in stream && stream.connecting === true) await once(stream, 'connect');
  const version = packet.protocolVersion === 5 ? 5 : 4;
  const client = new RawClient(stream, version);
  const clientId = `raw-${randomUUID()}`;
  client.send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: version,
    clean: true,
    clientId,
    keepalive: 60,
    ...packet,
  });
  await client.next('connack');
  return client;
}

/** A PUBLISH packet. */
export function aPublish(topic: string, payload: string | Buffer, given: Partial<IPublishPacket> = {}): IPublishPacket {
  return { cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false, ...given };
}

/** A SUBSCRIBE packet for one filter. */
export function aSubscribe(topic: string, qos: 0 | 1 | 2 = 1): Packet {
  return { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos, nl: false, rap: false, rh: 0 }] };
}
