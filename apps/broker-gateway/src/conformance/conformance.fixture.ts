import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { IConnackPacket, IConnectPacket, IPublishPacket, ISubscribePacket } from 'mqtt-packet';
import type { BrokerConfig } from '../broker.config.js';
import { TestBroker } from '../broker.fixture.js';
import { aPublish, RawClient } from '../lane/raw-client.fixture.js';
import type { ProfileName } from '../profile/profile-entry.js';

/** What a test says of a filter it subscribes to, beside QoS 1. */
export type SubscribeOptions = Partial<ISubscribePacket['subscriptions'][number]> & { identifier?: number };

/** A client that says its packets by itself, and what the broker made of its CONNECT. */
export class Dialog {
  private lastId = 0;

  constructor(
    readonly client: RawClient,
    readonly connack: IConnackPacket,
  ) {}

  get properties(): NonNullable<IConnackPacket['properties']> {
    return this.connack.properties ?? {};
  }

  /** Messages that came and were not asked for yet. */
  get publishes(): IPublishPacket[] {
    return this.client.publishes;
  }

  send(...packets: Parameters<RawClient['send']>): void {
    this.client.send(...packets);
  }

  next: RawClient['next'] = (cmd) => this.client.next(cmd);

  /** Subscribes to one filter; resolves with the reason code. */
  async subscribe(topic: string, { identifier, ...options }: SubscribeOptions = {}): Promise<number> {
    const subscriptions = [{ topic, qos: 1 as const, nl: false, rap: false, rh: 0 as const, ...options }];
    const properties = identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } };
    this.send({ cmd: 'subscribe', messageId: ++this.lastId, subscriptions, ...properties });
    const { granted } = await this.next('suback');
    return granted[0] as number;
  }

  async unsubscribe(topic: string): Promise<void> {
    this.send({ cmd: 'unsubscribe', messageId: ++this.lastId, unsubscriptions: [topic] });
    await this.next('unsuback');
  }

  /** Publishes with QoS 1 unless told otherwise, and waits until the message is taken. */
  async publish(topic: string, payload: string | Buffer, given: Partial<IPublishPacket> = {}): Promise<void> {
    const qos = given.qos ?? 1;
    const messageId = qos === 0 ? {} : { messageId: ++this.lastId };
    this.send(aPublish(topic, payload, { qos, ...messageId, ...given }));
    if (qos === 0) await this.settle();
    if (qos === 1) await this.next('puback');
    if (qos === 2) {
      await this.next('pubrec');
      this.send({ cmd: 'pubrel', messageId: this.lastId });
      await this.next('pubcomp');
    }
  }

  /** The next message; with QoS 1 it is acknowledged. */
  async message(): Promise<IPublishPacket> {
    const packet = await this.next('publish');
    if (packet.qos === 1) this.send({ cmd: 'puback', messageId: packet.messageId });
    return packet;
  }

  /** The payloads of the next messages, in the order they come. */
  async payloads(count: number): Promise<string[]> {
    const payloads: string[] = [];
    while (payloads.length < count) payloads.push((await this.message()).payload.toString());
    return payloads;
  }

  /** Resolves when the broker has worked off what was sent before. */
  async settle(): Promise<void> {
    this.send({ cmd: 'pingreq' });
    await this.next('pingresp');
  }

  /** Says goodbye and waits until the connection is closed. */
  async end(given: { reasonCode?: number; properties?: { sessionExpiryInterval?: number } } = {}): Promise<void> {
    this.send({ cmd: 'disconnect', ...given });
    await this.client.closed();
  }

  /** Breaks the connection off without a word. */
  break(): void {
    this.client.stream.destroy();
  }

  /** The reason code of the DISCONNECT that the broker sends; `undefined` when it only closes the connection. */
  async goodbye(): Promise<number | undefined> {
    await this.client.closed();
    const packet = this.client.packets.find(({ cmd }) => cmd === 'disconnect');
    return packet?.cmd === 'disconnect' ? packet.reasonCode : undefined;
  }
}

/** What a client asks for; MQTT 5 and a clean start unless told otherwise. */
export type Dialled = Partial<IConnectPacket> & { will?: IConnectPacket['will'] };

/** A broker node in one profile, spoken to packet by packet. */
export class ConformanceBroker {
  private constructor(readonly node: TestBroker) {}

  static async start(profile: ProfileName, changes: Partial<BrokerConfig> = {}): Promise<ConformanceBroker> {
    return new ConformanceBroker(await TestBroker.start({ profile, ...changes }));
  }

  /** A connection on which nothing was said. */
  async open(version: 4 | 5 = 5): Promise<RawClient> {
    const { port } = new URL(this.node.addresses.mqtt);
    const stream = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
    await once(stream, 'connect');
    return new RawClient(stream, version);
  }

  /** Says CONNECT and waits for the answer. */
  async dial(given: Dialled = {}): Promise<Dialog> {
    const version = given.protocolVersion === 4 ? 4 : 5;
    const client = await this.open(version);
    const clientId = randomUUID();
    client.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: version, clean: true, clientId, ...given });
    return new Dialog(client, await client.next('connack'));
  }

  async stop(): Promise<void> {
    await this.node.stop();
  }
}

/** A session of MQTT 5 that outlives its connection. */
export const KEPT = { clean: false, properties: { sessionExpiryInterval: 600 } } as const;

/** A topic that nobody else uses. */
export function aTopic(): string {
  return `conformance/${randomUUID()}`;
}

/** A will of QoS 1. */
export function aWill(topic: string, more: Partial<NonNullable<IConnectPacket['will']>> = {}): IConnectPacket['will'] {
  return { topic, payload: Buffer.from('will'), qos: 1, retain: false, ...more };
}

/** What the claims of {@link describeProfiles} are made of. */
export interface ProfileUnderTest {
  readonly broker: ConformanceBroker;
  readonly isMqtt: boolean;
}

/** Makes the same claims of a broker of each profile, started once for all of them with limits that keep out of the way. */
export function describeProfiles(what: string, claims: (given: ProfileUnderTest) => void): void {
  describe.each(['aws', 'mqtt'] as const)(`profile %s: ${what}`, (profile) => {
    let broker: ConformanceBroker;

    beforeAll(async () => {
      broker = await ConformanceBroker.start(profile, {
        limits: {
          connectsPerSecondPerClientId: 1_000,
          keepAliveMinimumSeconds: 1,
          retainedPublishesPerSecondPerTopic: 100,
        },
      });
    });
    afterAll(() => broker.stop());

    claims({
      get broker() {
        return broker;
      },
      isMqtt: profile === 'mqtt',
    });
  });
}
