import { waitFor } from '#thingcore/testing';
import { Application } from './support/application.js';
import { Cluster, type Replica } from './support/cluster.js';
import { connectMqttjs, type MqttjsDevice } from './support/devices/mqttjs-device.js';
import { GraphqlClient } from './support/graphql-client.js';
import { OperatorDatabase } from './support/operator-database.js';

const THINGS = 200;
const UPDATES_OF_ONE_THING = 40;
const HITS = 400;

/** Messages published while a replica of rules is killed, and how many are acknowledged before. */
const HITS_UNDER_LOAD = 3000;
const KILL_AFTER = 1000;

/** Messages under way at a time. AWS: 100 of a connection at most, and mqtt.js does not heed the Receive Maximum. */
const IN_FLIGHT = 50;

interface Updated {
  readonly shadowUpdated: { readonly cursor: string; readonly version: number };
}

interface Changed {
  readonly registryChanged: { readonly cursor: string; readonly thingName: string };
}

interface Created {
  readonly createKeysAndCertificate: {
    readonly certificate: { readonly id: string } | null;
    readonly privateKey: string | null;
    readonly errors: readonly { readonly code: string; readonly field: readonly string[] }[];
  };
}

interface Certificates {
  readonly certificates: { readonly nodes: readonly { readonly id: string }[] };
}

describe('two processes each of shadow, rules, broker and gateway', () => {
  const cluster = new Cluster();
  const devices: MqttjsDevice[] = [];
  let application: Application;
  let database: OperatorDatabase;
  let brokers: Replica[];
  let rules: Replica[];
  /** The second of two gateways; the application is at the first. */
  let otherGateway: GraphqlClient;
  /** One client on each broker node. */
  let left: MqttjsDevice;
  let right: MqttjsDevice;

  const connect = async (clientId: string, broker: Replica | undefined) => {
    if (broker === undefined) throw new Error('There are two broker nodes');
    const device = await connectMqttjs({ clientId, url: broker.mqttUrl }, { protocolVersion: 5 });
    devices.push(device);
    return device;
  };

  const numbersIn = async (table: string) =>
    (await database.rows<{ n: number }>(`SELECT n FROM ${table} ORDER BY n`)).map(({ n }) => n);

  beforeAll(async () => {
    await cluster.open({ THINGCORE_RULES_LEASE_MS: '1000' });
    // All at once and in no order, on empty databases, as an orchestrator would.
    const started = await Promise.all([
      cluster.startAll('broker-gateway', 'broker-gateway'),
      cluster.startAll('rules', 'rules'),
      cluster.startAll('shadow', 'shadow', 'registry', 'gateway', 'gateway'),
    ]);
    [brokers, rules] = [started[0], started[1]];
    const { apiKey } = await cluster.access();
    otherGateway = new GraphqlClient(started[2].at(-1)?.graphqlUrl ?? '', apiKey);
    application = new Application(await cluster.access());
    database = await OperatorDatabase.connect(cluster.operatorDatabaseUrl);
    left = await connect('left', brokers[0]);
    right = await connect('right', brokers[1]);
  });

  afterAll(async () => {
    await Promise.allSettled(devices.map((device) => device.disconnect()));
    await Promise.allSettled([application?.close(), otherGateway?.close(), database?.close()]);
    await cluster.close();
  });

  it('bring a message from one broker node to subscribers on the other, once', async () => {
    await right.subscribe('across/#');
    await left.publish('across/1', 'first');
    await left.publish('across/2', 'last');
    await right.inbox.find(({ payload }) => payload === 'last', 'the message from the other node');
    expect(right.inbox.items).toEqual([
      { topic: 'across/1', payload: 'first' },
      { topic: 'across/2', payload: 'last' },
    ]);
  });

  it('show an application the messages of both broker nodes', async () => {
    const seen = application.watchMessages('watched/#');
    await waitFor(
      async () => {
        await Promise.all([left.publish('watched/left', {}), right.publish('watched/right', {})]);
        const topics = new Set(seen.items.map(({ messages }) => messages.topic));
        return topics.size === 2;
      },
      { what: 'messages of both nodes', intervalMs: 100 },
    );
  });

  it('let an application go on at the other gateway where it left off, with nothing missed and nothing twice', async () => {
    const UPDATES = 'subscription ($after: String) { shadowUpdated(thing: "relay", after: $after) { cursor version } }';
    const CHANGES =
      'subscription ($after: String) { registryChanged(kinds: [THING], after: $after) { cursor thingName operation } }';
    const updates = application.graphql.subscribe<Updated>(UPDATES).inbox;
    const changes = application.graphql.subscribe<Changed>(CHANGES).inbox;
    const change = async (n: number) => {
      await application.updateShadow('relay', { desired: { n } });
      await application.createThing(`relay-${n}`);
    };
    let n = 0;
    await waitFor(
      async () => {
        await change(++n);
        return updates.items.length > 0 && changes.items.length > 0;
      },
      { what: 'both subscriptions to be in force' },
    );
    await updates.find(({ shadowUpdated: { version } }) => version === n, 'the last update so far');
    await changes.find(({ registryChanged: { thingName } }) => thingName === `relay-${n}`, 'the last change so far');
    const [seen, seenChange] = [updates.items.at(-1)?.shadowUpdated, changes.items.at(-1)?.registryChanged];
    for (const missed of [n + 1, n + 2]) await change(missed);
    const back = otherGateway.subscribe<Updated>(UPDATES, { after: seen?.cursor }).inbox;
    const backChanges = otherGateway.subscribe<Changed>(CHANGES, { after: seenChange?.cursor }).inbox;
    await change(n + 3);
    const expected = [n + 1, n + 2, n + 3];
    await waitFor(() => back.items.length >= 3 && backChanges.items.length >= 3, {
      what: 'what was missed and what came',
    });
    expect(back.items.map(({ shadowUpdated: { version } }) => version)).toEqual(expected);
    expect(backChanges.items.map(({ registryChanged: { thingName } }) => thingName)).toEqual(
      expected.map((number) => `relay-${number}`),
    );
  });

  it('create once what is asked for with one idempotency key at both gateways', async () => {
    const CREATE = `mutation ($input: CreateKeysAndCertificateInput!) {
      createKeysAndCertificate(input: $input) { certificate { id } privateKey errors { code field } }
    }`;
    const gateways = [application.graphql, otherGateway, application.graphql, otherGateway];
    const create = (gateway: GraphqlClient, input: object) => gateway.run<Created>(CREATE, { input });
    const answers = await Promise.all(gateways.map((gateway) => create(gateway, { idempotencyKey: 'once' })));
    const [first] = answers;
    expect(first?.createKeysAndCertificate.privateKey).toContain('PRIVATE KEY');
    expect(answers).toEqual(gateways.map(() => first));
    const { certificates } = await otherGateway.run<Certificates>('{ certificates { nodes { id } } }');
    expect(certificates.nodes).toEqual([{ id: first?.createKeysAndCertificate.certificate?.id }]);
    const other = await create(otherGateway, { idempotencyKey: 'once', setAsActive: true });
    expect(other.createKeysAndCertificate).toMatchObject({
      certificate: null,
      errors: [{ field: ['input', 'idempotencyKey'] }],
    });
  });

  it('let a client that connects to another node take its connection with it', async () => {
    const before = await connect('nomad', brokers[0]);
    const after = await connect('nomad', brokers[1]);
    await before.lost;
    await after.subscribe('nomad/in');
    await left.publish('nomad/in', 'found');
    await after.inbox.find(({ payload }) => payload === 'found', 'the message at its new node');
  });

  it(`apply each of ${THINGS} updates of as many shadows once`, async () => {
    await right.subscribe('$aws/things/+/shadow/update/accepted');
    const nodes = [left, right];
    await Promise.all(
      Array.from({ length: THINGS }, async (_, n) => {
        const state = { reported: { n } };
        await nodes[n % nodes.length]?.publish(`$aws/things/many-${n}/shadow/update`, { state });
      }),
    );
    const accepted = () => right.inbox.items.filter(({ topic }) => /^\$aws\/things\/many-/.test(topic));
    await waitFor(() => accepted().length >= THINGS, { what: `${THINGS} accepted updates`, timeoutMs: 30_000 });
    const answers = accepted().map(({ topic, payload }) => `${topic.split('/')[2]} ${versionIn(payload)}`);
    const expected = Array.from({ length: THINGS }, (_, n) => `many-${n} 1`);
    expect(answers.sort()).toEqual(expected.sort());
  });

  it('count every update of one shadow, whichever processes it goes through', async () => {
    const topic = '$aws/things/shared/shadow';
    await right.subscribe(`${topic}/get/accepted`);
    const accepted = () => right.inbox.items.filter((each) => each.topic === `${topic}/update/accepted`);
    for (let n = 1; n <= UPDATES_OF_ONE_THING; n += 2) {
      await Promise.all([
        left.publish(`${topic}/update`, { state: { reported: { left: n } } }),
        right.publish(`${topic}/update`, { state: { reported: { right: n } } }),
      ]);
      await waitFor(() => accepted().length > n, { what: `update ${n} and its neighbour to be accepted` });
    }
    const versions = accepted().map(({ payload }) => versionIn(payload));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: UPDATES_OF_ONE_THING }, (_, n) => n + 1));
    await right.publish(`${topic}/get`, '');
    const document = await right.inbox.find((each) => each.topic === `${topic}/get/accepted`, 'the shadow');
    expect(versionIn(document.payload)).toBe(UPDATES_OF_ONE_THING);
  });

  it('store every hit of a rule exactly once', async () => {
    await database.rows('CREATE TABLE once (n integer)');
    await application.createRule('once', "SELECT n FROM 'once/+'", [{ postgresql: { table: 'once' } }]);
    await bothNodesKnow('once/probe', 'once');
    await publishHits('once/hit', HITS);
    await waitFor(async () => (await numbersIn('once')).filter((n) => n >= 0).length >= HITS, {
      what: `${HITS} rows`,
      timeoutMs: 30_000,
    });
    const stored = (await numbersIn('once')).filter((n) => n >= 0);
    expect(stored).toEqual(Array.from({ length: HITS }, (_, n) => n));
  });

  it('lose no acknowledged hit when a process of rules is killed under load', async () => {
    await database.rows('CREATE TABLE crash (n integer)');
    await application.createRule('crash', "SELECT n FROM 'crash/+'", [{ postgresql: { table: 'crash' } }]);
    await bothNodesKnow('crash/probe', 'crash');
    const acknowledged: number[] = [];
    let killed: Promise<void> | undefined;
    await publishHits('crash/hit', HITS_UNDER_LOAD, (n) => {
      acknowledged.push(n);
      if (acknowledged.length === KILL_AFTER) killed = rules[0]?.program.kill();
    });
    await killed;
    expect(rules[0]?.program.isRunning).toBe(false);
    expect(acknowledged).toHaveLength(HITS_UNDER_LOAD);
    const missing = async () => {
      const stored = new Set(await numbersIn('crash'));
      return acknowledged.filter((n) => !stored.has(n));
    };
    await waitFor(async () => (await missing()).length === 0, { what: 'the last rows', timeoutMs: 60_000 });
    const rows = (await numbersIn('crash')).filter((n) => n >= 0).length;
    process.stdout.write(`${rows} rows of ${HITS_UNDER_LOAD} acknowledged hits after a kill.\n`);
    expect(rows).toBeGreaterThanOrEqual(HITS_UNDER_LOAD);
  });

  /** Publishes the numbers from 0 on through both nodes; resolves when all are acknowledged. */
  async function publishHits(topic: string, count: number, acknowledged: (n: number) => void = () => undefined) {
    let next = 0;
    const publisher = async (device: MqttjsDevice) => {
      while (next < count) {
        const n = next++;
        await device.publish(topic, { n });
        acknowledged(n);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, (_, line) => publisher(line % 2 === 0 ? left : right)));
  }

  /** A new rule reaches the nodes by a broadcast: waits until a probe from each has become a row (of a negative number). */
  async function bothNodesKnow(topic: string, table: string): Promise<void> {
    const isThere = async (n: number) => (await numbersIn(table)).includes(n);
    await waitFor(
      async () => {
        await Promise.all([left.publish(topic, { n: -1 }), right.publish(topic, { n: -2 })]);
        return (await isThere(-1)) && (await isThere(-2));
      },
      { what: `both nodes to know the rule on ${topic}`, intervalMs: 100 },
    );
  }
});

function versionIn(payload: string): number {
  return (JSON.parse(payload) as { version: number }).version;
}
