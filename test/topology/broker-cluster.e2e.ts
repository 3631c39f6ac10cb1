import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { IClientOptions } from 'mqtt';
import { generate } from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';
import { Cluster, type Replica } from './support/cluster.js';
import { NumberedLoad } from './support/resilience/numbered-load.js';
import { SteadyClient } from './support/resilience/steady-client.js';

/** How long a node that was killed may go unnoticed, and its clients' sessions be held. */
const DEATH_SEEN_MS = 20_000;

/** How long a node may take to stop. */
const GRACE_MS = 10_000;

const PERSISTENT_V5 = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 600 } } as const;

/** Sends a CONNECT packet and resets the connection so many milliseconds later. */
async function giveUp({ mqttUrl }: Replica, clientId: string, afterMs: number): Promise<void> {
  const { hostname, port } = new URL(mqttUrl);
  const socket = connectTcp(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId }));
  for (const end = performance.now() + afterMs; performance.now() < end;) await nextTurn();
  socket.resetAndDestroy();
  await sleep(100);
}

describe('two broker nodes', () => {
  const cluster = new Cluster();
  const clients: SteadyClient[] = [];
  let left: Replica;
  let right: Replica;

  async function connect(nodes: readonly Replica[], options: IClientOptions): Promise<SteadyClient> {
    const client = await SteadyClient.connect(nodes, options);
    clients.push(client);
    return client;
  }

  async function startNode(): Promise<Replica> {
    const [node] = await cluster.startAll('broker-gateway');
    if (node === undefined) throw new Error('A node has started and is not there');
    return node;
  }

  /** Publishes until a subscriber has heard of it, since a node learns of a subscription at another one a moment later. */
  async function untilHeard(publisher: SteadyClient, topic: string, subscriber: SteadyClient): Promise<void> {
    await waitFor(
      async () => {
        await publisher.publish(topic, 'probe');
        return subscriber.received.includes('probe');
      },
      { what: `a message on ${topic}`, intervalMs: 50 },
    );
    await sleep(200);
    subscriber.received.length = 0;
  }

  beforeAll(async () => {
    await cluster.open({
      THINGCORE_BROKER_PROFILE: 'mqtt',
      // A session that is away while others are loaded must not reach its limit.
      THINGCORE_BROKER_STORED_MESSAGES_PER_SESSION: '100000',
    });
    const [first, second] = await cluster.startAll('broker-gateway', 'broker-gateway', 'registry');
    left = first as Replica;
    right = second as Replica;
  });

  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map((client) => client.end()));
  });

  afterAll(() => cluster.close());

  it.each([0, 1] as const)('bring messages with QoS %i to subscribers of both, once and in order', async (qos) => {
    const publisher = await connect([left], { clientId: 'p' });
    const clean = await connect([right], { clientId: 'clean' });
    const kept = await connect([right], { clientId: 'kept', clean: false });
    const near = await connect([left], { clientId: 'near' });
    for (const one of [clean, kept, near]) await one.subscribe(`across/${qos}`);
    for (const one of [clean, kept]) await untilHeard(publisher, `across/${qos}`, one);
    for (const one of [clean, kept, near]) one.received.length = 0;
    const sent = Array.from({ length: 100 }, (_, n) => String(n));
    for (const payload of sent) await publisher.client.publishAsync(`across/${qos}`, payload, { qos });
    await waitFor(() => [clean, kept, near].every(({ received }) => received.length >= 100), { what: '100 messages' });
    expect([clean.received, kept.received, near.received]).toEqual([sent, sent, sent]);
  });

  it('share sessions with what waits in them, and retained messages', async () => {
    const before = await connect([left], { clientId: 'mover', clean: false });
    await before.subscribe('moved/#');
    await before.end();
    const publisher = await connect([right], { clientId: 'p' });
    await publisher.client.publishAsync('moved/kept', 'retained', { qos: 1, retain: true });
    for (let n = 0; n < 20; n++) await publisher.publish('moved/n', String(n));
    const after = await connect([right], { clientId: 'mover', clean: false });
    await waitFor(() => after.received.length >= 21, { what: 'what waited' });
    expect(after.received).toEqual(['retained', ...Array.from({ length: 20 }, (_, n) => String(n))]);
    const late = await connect([left], { clientId: 'late' });
    await late.subscribe('moved/kept');
    await waitFor(() => late.received.length > 0, { what: 'the retained message' });
    expect(late.received).toEqual(['retained']);
    await publisher.client.publishAsync('moved/kept', '', { qos: 1, retain: true });
  });

  it('have one connection of a client, the last; the other is told', async () => {
    const first = await connect([left], { clientId: 'twice', protocolVersion: 5, reconnectPeriod: 0 });
    const reasonCode = new Promise((resolve) =>
      first.client.once('disconnect', (packet) => resolve(packet.reasonCode)),
    );
    const second = await connect([right], { clientId: 'twice', protocolVersion: 5 });
    expect(await reasonCode).toBe(0x8e); // [MQTT5 3.14.2.1] session taken over
    await second.subscribe('twice');
    const publisher = await connect([left], { clientId: 'p' });
    await untilHeard(publisher, 'twice', second);
  });

  it('have one connection of a client, whoever gives up while it takes the client id over', async () => {
    for (let n = 0; n < 12; n++) {
      const clientId = `given-up-${n}`;
      const first = await connect([left], { clientId, reconnectPeriod: 0 });
      // Gone at another point of its way in each time; the one that it wanted to take over from has lost its client id then.
      await giveUp(left, clientId, n / 2);
      await connect([right], { clientId, reconnectPeriod: 0 });
      await waitFor(() => !first.client.connected, { what: `the end of the first connection of ${clientId}` });
    }
  });

  it('give each message of a shared subscription to one member, while members join, leave and vanish', async () => {
    const filter = '$share/crew/work';
    const member = async (node: Replica, clientId: string) => {
      const client = await connect([node], { clientId });
      await client.subscribe(filter);
      return client;
    };
    const staying = [await member(left, 'm1'), await member(right, 'm2')];
    const publisher = await connect([left], { clientId: 'p1' });
    const other = await connect([right], { clientId: 'p2' });
    for (const one of staying) await untilHeard(publisher, 'work', one);
    await sleep(300);
    for (const one of staying) one.received.length = 0;
    const load = new NumberedLoad([publisher, other], 'work');
    const vanishing = await member(right, 'm3');
    const leaving = await member(right, 'm4');
    await waitFor(() => vanishing.received.length > 20 && leaving.received.length > 20, { what: 'work for newcomers' });
    await leaving.end();
    vanishing.vanish();
    staying.push(await member(left, 'm5'));
    await sleep(500);
    await load.stop();
    const all = [...staying, leaving, vanishing];
    const received = () => all.flatMap((one) => one.received);
    await waitFor(() => load.missing(received()).length === 0, { what: 'all work to be given to somebody' });
    // What a member did not acknowledge before it went may be done again; nothing else.
    const steady = staying.flatMap((one) => one.received).filter((payload) => payload !== 'probe');
    expect(new Set(steady).size).toBe(steady.length);
    expect(staying.every((one) => one.received.length > 0)).toBe(true);
  });

  it('keep messages of a shared subscription, when nobody is there, for whoever comes first', async () => {
    const options = { clientId: 'night', clean: false } as const;
    const member = await connect([right], options);
    await member.subscribe('$share/shift/night');
    await member.end();
    const publisher = await connect([left], { clientId: 'p' });
    const publish = async () => {
      for (let n = 0; n < 10; n++) await publisher.publish('night', String(n));
    };
    const all = Array.from({ length: 10 }, (_, n) => String(n));
    await publish();
    const back = await connect([left], options);
    await waitFor(() => back.received.length >= 10, { what: 'what came at night' });
    await back.end();
    await publish();
    const newcomer = await connect([right], { clientId: 'newcomer' });
    await newcomer.subscribe('$share/shift/night');
    await waitFor(() => newcomer.received.length >= 10, { what: 'what came meanwhile' });
    expect([back.received, newcomer.received]).toEqual([all, all]);
  });

  it('lose nothing that was acknowledged when one is killed under load, and publish its wills once', async () => {
    const witness = await connect([left], { clientId: 'witness', clean: false });
    await witness.subscribe('wills/#');
    const told = await connect([left], { clientId: 'told' });
    await told.subscribe('$aws/events/presence/disconnected/mortal');
    const will = (topic: string, delay = 0) => ({
      topic: `wills/${topic}`,
      payload: Buffer.from(topic),
      qos: 1 as const,
      retain: false,
      ...(delay > 0 ? { properties: { willDelayInterval: delay } } : {}),
    });
    await connect([right], { clientId: 'mortal', reconnectPeriod: 0, will: will('now') });
    await connect([right], { ...PERSISTENT_V5, clientId: 'patient', reconnectPeriod: 0, will: will('later', 8) });
    await connect([right, left], { ...PERSISTENT_V5, clientId: 'quick', will: will('never', 60) });
    const online = await connect([right, left], { clientId: 'online', clean: false });
    const offline = await connect([right], { clientId: 'offline', clean: false });
    for (const one of [online, offline]) await one.subscribe('load');
    await offline.end();
    const publishers = [
      await connect([left], { clientId: 'p1', clean: false }),
      await connect([right, left], { clientId: 'p2', clean: false }),
    ];
    for (const publisher of publishers) await untilHeard(publisher, 'load', online);
    const load = new NumberedLoad(publishers, 'load');
    await sleep(1_000);
    const killed = performance.now();
    await right.program.kill();
    await waitFor(() => witness.received.includes('now'), { what: 'the will', timeoutMs: DEATH_SEEN_MS });
    expect(witness.received).toEqual(['now']);
    await waitFor(() => told.received.length > 0, { what: 'the end of its connection' });
    expect(JSON.parse(told.received[0] ?? '')).toMatchObject({ clientId: 'mortal', eventType: 'disconnected' });
    await waitFor(() => online.client.connected && publishers.every(({ client }) => client.connected), {
      what: 'its clients to come back',
      timeoutMs: DEATH_SEEN_MS,
    });
    await sleep(500);
    await load.stop();
    const resumed = await connect([left], { clientId: 'offline', clean: false });
    for (const one of [online, resumed]) {
      await waitFor(() => load.missing(one.received).length === 0, { what: 'every acknowledged message' });
    }
    await waitFor(() => witness.received.length > 1, { what: 'the delayed will', timeoutMs: DEATH_SEEN_MS });
    expect(performance.now() - killed).toBeGreaterThan(8_000);
    await sleep(1_500);
    expect(witness.received).toEqual(['now', 'later']);
    expect(told.received).toHaveLength(1);
    process.stdout.write(`${load.acknowledged.length} acknowledged messages through a kill, none lost.\n`);
    right = await startNode();
  });

  it('lose nothing that was acknowledged when both are replaced one after the other', async () => {
    const nodes = [left, right];
    const subscriber = await connect(nodes, { clientId: 'subscriber', clean: false });
    await subscriber.subscribe('rolling');
    const publishers = [
      await connect([left, right], { clientId: 'p1', clean: false }),
      await connect([right, left], { clientId: 'p2', clean: false }),
    ];
    const guest = await connect([left], { clientId: 'guest', protocolVersion: 5, reconnectPeriod: 0 });
    const goodbye = new Promise((resolve) => guest.client.once('disconnect', (packet) => resolve(packet.reasonCode)));
    for (const publisher of publishers) await untilHeard(publisher, 'rolling', subscriber);
    const load = new NumberedLoad(publishers, 'rolling');
    for (const old of [left, right]) {
      const fresh = await startNode();
      nodes.splice(nodes.indexOf(old), 1, fresh);
      for (const one of [subscriber, ...publishers]) one.moveTo(nodes);
      const { code, durationMs } = await old.program.stop('SIGTERM');
      expect(code).toBe(0);
      expect(durationMs).toBeLessThan(GRACE_MS);
      await sleep(1_000);
    }
    [left, right] = nodes as [Replica, Replica];
    expect(await goodbye).toBe(0x8b); // [MQTT5 3.14.2.1] server shutting down
    await load.stop();
    await waitFor(() => load.missing(subscriber.received).length === 0, { what: 'every acknowledged message' });
    process.stdout.write(`${load.acknowledged.length} acknowledged messages through a rolling restart, none lost.\n`);
  });
});
