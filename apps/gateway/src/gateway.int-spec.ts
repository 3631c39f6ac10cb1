import { createServer } from 'node:net';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type BrokerMessage, closeTap, openTap, shadowChanged, tapMatched } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { ConfigError } from '#thingcore/platform';
import { GatewayAddress } from './gateway-address.js';
import { API_KEYS, type GatewayUnderTest, startGateway } from './gateway.fixture.js';

type Params = Record<string, unknown>;

/** A message of the protocol graphql-transport-ws. */
interface Frame {
  type: string;
  payload?: unknown;
}

interface Received {
  data?: Record<string, Record<string, unknown>> | null;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

describe('the gateway over the network', () => {
  let gateway: GatewayUnderTest;
  let url: string;
  const clients: Client[] = [];

  beforeEach(async () => {
    gateway = await startGateway();
    gateway.services.answer(openTap, () => ({}));
    gateway.services.answer(closeTap, () => ({}));
    await gateway.listen();
    url = gateway.app.get(GatewayAddress).graphqlUrl.replace('http:', 'ws:');
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose();
    await gateway.close();
  });

  const connect = (connectionParams: Params | undefined = { apiKey: API_KEYS.viewer }) => {
    const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, lazy: true });
    clients.push(client);
    return client;
  };

  const subscribe = (query: string, client = connect()) => client.iterate({ query }) as AsyncIterableIterator<Received>;

  const eventually = async (holds: () => boolean) => {
    for (let round = 0; round < 500 && !holds(); round++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(holds()).toBe(true);
  };

  /** A bare socket of which the gateway knows the key, with all it has received. */
  const initialised = async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const received: Frame[] = [];
    socket.on('message', (data: Buffer) => received.push(JSON.parse(data.toString()) as Frame));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: API_KEYS.viewer } }));
    await eventually(() => received.some(({ type }) => type === 'connection_ack'));
    return { socket, received };
  };

  const openedTaps = () => gateway.services.requestsOf(openTap) as { tapId: string; topicFilter: string }[];

  const aMessage = (text: string): BrokerMessage => ({
    topic: 'machines/7',
    payload: Buffer.from(text).toString('base64'),
    qos: 1,
    retain: false,
    clientId: 'machine-7',
    hops: 0,
    timestamp: 1_700_000_000_000,
    messageId: 'm',
  });

  const anUpdate = (thingName: string, version: number, shadowName?: string) => {
    const requested = { reported: { version } };
    const steps = [{ requested, version, timestamp: 7 }];
    return { shadows: [{ thingName, ...(shadowName === undefined ? {} : { shadowName }), previous: null, steps }] };
  };

  it('answers queries over HTTP at the address it announces', async () => {
    const response = await fetch(gateway.app.get(GatewayAddress).graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${API_KEYS.viewer}` },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('shows the messages of a topic filter', async () => {
    const messages = subscribe(
      'subscription { messages(topicFilter: "machines/+") { topic payload payloadText payloadBase64 qos retain clientId timestamp } }',
    );
    const next = messages.next();
    await eventually(() => openedTaps().length === 1);
    const [tap] = openedTaps();
    await gateway.events.publish(tapMatched, { hits: [{ tapIds: [tap?.tapId ?? ''], message: aMessage('{"t":1}') }] });
    expect((await next).value).toEqual({
      data: {
        messages: {
          topic: 'machines/7',
          payload: { t: 1 },
          payloadText: '{"t":1}',
          payloadBase64: 'eyJ0IjoxfQ==',
          qos: 1,
          retain: false,
          clientId: 'machine-7',
          timestamp: '2023-11-14T22:13:20.000Z',
        },
      },
    });
    await messages.return?.();
    await eventually(() => gateway.services.requestsOf(closeTap).length === 1);
  });

  it('closes the tap when the client is gone without a word', async () => {
    const client = connect();
    void subscribe('subscription { messages(topicFilter: "a") { topic } }', client)
      .next()
      .catch(() => undefined);
    await eventually(() => openedTaps().length === 1);
    client.terminate();
    await eventually(() => gateway.services.requestsOf(closeTap).length === 1);
  });

  it('shows the updates of the shadow that was asked for, and of no other', async () => {
    const query = (field: string) =>
      `subscription { ${field} { thingName shadowName accepted shadow { version reported } } }`;
    const classic = subscribe(query('shadowUpdated(thing: "lamp")'));
    const named = subscribe(query('shadowUpdated(thing: "lamp", name: "settings")'));
    const nexts = [classic.next(), named.next()];
    // Nothing tells when a subscription of shadows is in force, so updates go on until both have seen one.
    let version = 1;
    const publishing = setInterval(() => {
      void gateway.events.publish(shadowChanged, anUpdate('other', 99));
      void gateway.events.publish(shadowChanged, anUpdate('lamp', version++));
      void gateway.events.publish(shadowChanged, anUpdate('lamp', 50, 'settings'));
    }, 20);
    const [first, second] = await Promise.all(nexts);
    clearInterval(publishing);
    expect(first?.value).toMatchObject({ data: { shadowUpdated: { thingName: 'lamp', shadowName: null } } });
    expect(second?.value).toEqual({
      data: {
        shadowUpdated: {
          thingName: 'lamp',
          shadowName: 'settings',
          accepted: {
            state: { reported: { version: 50 } },
            metadata: { reported: { version: { timestamp: 7 } } },
            version: 50,
            timestamp: 7,
          },
          shadow: { version: 50, reported: { version: 50 } },
        },
      },
    });
  });

  it.each<[string, Params]>([
    ['Authorization', { Authorization: `Bearer ${API_KEYS.viewer}` }],
    ['authorization', { authorization: `Bearer ${API_KEYS.viewer}` }],
    ['apiKey', { apiKey: API_KEYS.viewer }],
  ])('takes the key from the connection parameter %s', async (_name, params) => {
    const messages = subscribe('subscription { messages(topicFilter: "a") { topic } }', connect(params));
    void messages.next();
    await eventually(() => openedTaps().length === 1);
  });

  it('takes the key from the header of the upgrade', async () => {
    class WithHeader extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols, { headers: { authorization: `Bearer ${API_KEYS.viewer}` } });
      }
    }
    const client = createClient({ url, webSocketImpl: WithHeader, retryAttempts: 0 });
    clients.push(client);
    void subscribe('subscription { messages(topicFilter: "a") { topic } }', client).next();
    await eventually(() => openedTaps().length === 1);
  });

  it.each<[string, Params | undefined]>([
    ['without a key', undefined],
    ['with a wrong key', { apiKey: 'nonsense' }],
  ])('closes a connection %s with 4403', async (_name, params) => {
    const messages = subscribe('subscription { messages(topicFilter: "a") { topic } }', connect(params ?? {}));
    await expect(messages.next()).rejects.toMatchObject({ code: 4403, reason: 'Forbidden' });
    expect(openedTaps()).toEqual([]);
  });

  it('closes a connection that subscribes before it has shown its key', async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.once('open', () =>
      socket.send(
        JSON.stringify({
          id: '1',
          type: 'subscribe',
          payload: { query: 'subscription { messages(topicFilter: "a") { topic } }' },
        }),
      ),
    );
    await closed;
    expect(openedTaps()).toEqual([]);
  });

  it('closes a connection that shows its key twice with 4429', async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const init = JSON.stringify({ type: 'connection_init', payload: { apiKey: API_KEYS.viewer } });
    socket.once('open', () => {
      socket.send(init);
      socket.send(init);
    });
    expect(await closed).toBe(4429);
  });

  it.each([
    ['a subscription with the payload null', { id: '1', type: 'subscribe', payload: null }, 'subscribe needs an id'],
    ['a subscription without a payload', { id: '1', type: 'subscribe' }, 'subscribe needs an id'],
    ['a subscription without a query', { id: '1', type: 'subscribe', payload: {} }, 'subscribe needs an id'],
    [
      'a subscription with a syntax tree',
      { id: '1', type: 'subscribe', payload: { query: { kind: 'Document' } } },
      'subscribe needs an id',
    ],
    [
      'a subscription without an id',
      { type: 'subscribe', payload: { query: 'subscription { messages(topicFilter: "a") { topic } }' } },
      'subscribe needs an id',
    ],
    ['null', null, 'A message must be an object with a type'],
    ['a text', 'subscribe', 'A message must be an object with a type'],
  ])('closes a connection that sends %s with 4400, and says why', async (_name, message, reason) => {
    const { socket, received } = await initialised();
    const closed = new Promise((resolve) =>
      socket.once('close', (code: number, text: Buffer) => resolve([code, text.toString()])),
    );
    socket.send(JSON.stringify(message));
    expect(await closed).toEqual([4400, expect.stringContaining(reason)]);
    expect(received.map(({ type }) => type).filter((type) => type !== 'ping')).toEqual(['connection_ack']);
    // What the server had begun before the socket was closed ends with it.
    await eventually(() => gateway.services.requestsOf(closeTap).length === openedTaps().length);
  });

  it('closes a connection that sends no JSON with 4400', async () => {
    const { socket } = await initialised();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send('{');
    expect(await closed).toBe(4400);
  });

  it('passes on what the broker says against a topic filter', async () => {
    gateway.services.answer(openTap, () => {
      throw new IotError('InvalidRequest', 'A # must be last', { details: { field: 'topicFilter' } });
    });
    const messages = subscribe('subscription { messages(topicFilter: "#/a") { topic } }');
    await expect(messages.next()).rejects.toEqual([
      expect.objectContaining({
        message: 'A # must be last',
        extensions: {
          code: 'InvalidRequest',
          details: { field: 'topicFilter' },
          correlationId: expect.any(String),
        },
      }),
    ]);
  });

  it('reveals nothing of a failure that was not foreseen', async () => {
    gateway.services.answer(openTap, () => {
      throw new TypeError('secret');
    });
    const messages = subscribe('subscription { messages(topicFilter: "a") { topic } }');
    await expect(messages.next()).rejects.toEqual([
      expect.objectContaining({
        message: 'Internal service failure',
        extensions: { code: 'Internal', correlationId: expect.any(String) },
      }),
    ]);
  });

  it.each([
    ['an unknown field', 'subscription { messages(topicFilter: "a") { colour } }'],
    ['an argument too few', 'subscription { messages { topic } }'],
    [
      'two root fields',
      'subscription { a: messages(topicFilter: "a") { topic } b: messages(topicFilter: "b") { topic } }',
    ],
  ])('refuses a subscription with %s', async (_name, query) => {
    await expect(subscribe(query).next()).rejects.toEqual([
      expect.objectContaining({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }),
    ]);
    expect(openedTaps()).toEqual([]);
  });

  it('refuses a subscription of too many words', async () => {
    const query = `subscription { messages(topicFilter: "a") { ${'topic '.repeat(10_000)} } }`;
    await expect(subscribe(query).next()).rejects.toEqual([
      expect.objectContaining({
        message: expect.stringContaining('10000 tokens'),
        extensions: { code: 'GRAPHQL_PARSE_FAILED' },
      }),
    ]);
  });

  it('refuses a subscription to a thing that cannot exist', async () => {
    await expect(subscribe('subscription { shadowUpdated(thing: "a b") { thingName } }').next()).rejects.toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'InvalidRequest' }) }),
    ]);
  });

  it('cuts a client that does not read, and tells it when it reads again', async () => {
    const { socket, received } = await initialised();
    const query = 'subscription { messages(topicFilter: "a") { payloadText } }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await eventually(() => openedTaps().length === 1);
    socket.pause();
    const [tap] = openedTaps();
    const large = { tapIds: [tap?.tapId ?? ''], message: aMessage('x'.repeat(100_000)) };
    for (let count = 0; count < 1_000 && gateway.services.requestsOf(closeTap).length === 0; count++) {
      await gateway.events.publish(tapMatched, { hits: [large] });
    }
    expect(gateway.services.requestsOf(closeTap)).toHaveLength(1);
    socket.resume();
    await eventually(() => received.some(({ type }) => type === 'error'));
    expect(received.at(-1)?.payload).toMatchObject([{ extensions: { code: 'Throttling' } }]);
    socket.close();
  });

  it('says goodbye to its clients when it stops', async () => {
    const messages = subscribe('subscription { messages(topicFilter: "a") { topic } }');
    const outcome = messages.next().catch((error: unknown) => error);
    await eventually(() => openedTaps().length === 1);
    const begun = Date.now();
    await gateway.close();
    expect(await outcome).toMatchObject({ code: 1001 });
    expect(gateway.services.requestsOf(closeTap)).toHaveLength(1);
    expect(Date.now() - begun).toBeLessThan(2_000);
  });
});

it('names the setting when its port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const gateway = await startGateway([], { graphiql: false, httpPort: port });
  const failure: unknown = await gateway.listen().catch((error: unknown) => error);
  await gateway.close();
  other.close();
  expect(failure).toBeInstanceOf(ConfigError);
  expect(String(failure)).toContain(`Port ${port} on 127.0.0.1 is in use`);
  expect(String(failure)).toContain('THINGCORE_HTTP_PORT');
});
