import {
  deleteConnection,
  getCertificates,
  getConnectivity,
  getThings,
  listConnections,
  listSubscriptions,
  sendDirectMessage,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations, type OperationRow } from '../operations.fixture.js';
import { aThing } from '../registry.fixture.js';
import { aConnection } from './client.fixture.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const ROWS: OperationRow[] = [
  {
    name: 'client with all there is',
    operation: `{ client(clientId: "pump-7") {
      clientId connected connectedSince disconnectedSince disconnectReason sessionIdentifier versionNumber
      cleanSession keepAliveDuration sessionExpiry sourceIp sourcePort targetIp targetPort
    } }`,
    command: getConnectivity,
    request: { clientIds: ['pump-7'] },
    reply: {
      connectivity: [
        aConnection('pump-7', {
          connected: false,
          disconnectedSince: 1_700_000_060_000,
          disconnectReason: 'CONNECTION_LOST',
          sourcePort: 4711,
          targetIp: '192.0.2.9',
          targetPort: 8883,
        }),
      ],
    },
    data: {
      client: {
        clientId: 'pump-7',
        connected: false,
        connectedSince: '2023-11-14T22:13:20.123Z',
        disconnectedSince: '2023-11-14T22:14:20.000Z',
        disconnectReason: 'CONNECTION_LOST',
        sessionIdentifier: 'session',
        versionNumber: 1_700_000_000_123,
        cleanSession: false,
        keepAliveDuration: 60,
        sessionExpiry: 3_600,
        sourceIp: '192.0.2.1',
        sourcePort: 4711,
        targetIp: '192.0.2.9',
        targetPort: 8883,
      },
    },
  },
  {
    name: 'client that was never seen',
    operation: '{ client(clientId: "nobody") { clientId } }',
    command: getConnectivity,
    request: { clientIds: ['nobody'] },
    reply: { connectivity: [] },
    data: { client: null },
  },
  {
    name: 'clients, the first page',
    operation: '{ clients(first: 1) { edges { cursor node { clientId } } pageInfo { hasNextPage } } }',
    command: listConnections,
    request: { limit: 1 },
    reply: { connections: [aConnection('a')], nextToken: 'a' },
    data: {
      clients: { edges: [{ cursor: toCursor('a'), node: { clientId: 'a' } }], pageInfo: { hasNextPage: true } },
    },
  },
  {
    name: 'clients behind a cursor',
    operation: `{ clients(after: "${toCursor('a')}") { edges { node { clientId } } pageInfo { hasNextPage } } }`,
    command: listConnections,
    request: { limit: 50, after: 'a' },
    reply: { connections: [] },
    data: { clients: { edges: [], pageInfo: { hasNextPage: false } } },
  },
  {
    name: 'disconnectClient',
    operation: 'mutation { disconnectClient(input: { clientId: "pump-7" }) { clientId } }',
    command: deleteConnection,
    request: { clientId: 'pump-7', cleanSession: false, preventWillMessage: false },
    reply: {},
    data: { disconnectClient: { clientId: 'pump-7' } },
  },
  {
    name: 'disconnectClient with its session and without its will',
    operation:
      'mutation { disconnectClient(input: { clientId: "pump-7", cleanSession: true, preventWillMessage: true }) { clientId } }',
    command: deleteConnection,
    request: { clientId: 'pump-7', cleanSession: true, preventWillMessage: true },
    reply: {},
    data: { disconnectClient: { clientId: 'pump-7' } },
  },
  {
    name: 'sendDirectMessage with what is needed',
    operation:
      'mutation { sendDirectMessage(input: { clientId: "pump-7", topic: "cmd", payload: { on: true } }) { messageId } }',
    command: sendDirectMessage,
    request: { clientId: 'pump-7', topic: 'cmd', payload: base64('{"on":true}'), confirmation: false, timeout: 5 },
    reply: { messageId: 'm' },
    data: { sendDirectMessage: { messageId: 'm' } },
  },
  {
    name: 'sendDirectMessage with everything',
    operation: `mutation { sendDirectMessage(input: {
      clientId: "pump-7", topic: "cmd", payloadBase64: "/wA=", confirmation: true, timeout: 15,
      properties: {
        payloadFormatIndicator: false, contentType: "x/y", responseTopic: "answers", correlationDataBase64: "AQ==",
        userProperties: [{ name: "lot", value: "A" }, { name: "lot", value: "B" }]
      }
    }) { messageId } }`,
    command: sendDirectMessage,
    request: {
      clientId: 'pump-7',
      topic: 'cmd',
      payload: '/wA=',
      confirmation: true,
      timeout: 15,
      properties: {
        payloadFormatIndicator: false,
        contentType: 'x/y',
        responseTopic: 'answers',
        correlationData: 'AQ==',
        userProperties: [
          ['lot', 'A'],
          ['lot', 'B'],
        ],
      },
    },
    reply: { messageId: 'm' },
    data: { sendDirectMessage: { messageId: 'm' } },
  },
];

describeOperations('the operations on clients', ROWS);

describe('clients', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
  });

  afterEach(() => gateway.close());

  it('show their subscriptions page by page; null for one that is away and has none', async () => {
    gateway.services.answer(getConnectivity, ({ clientIds }) => ({
      connectivity: clientIds.map((clientId) => aConnection(clientId)),
    }));
    gateway.services.answer(listSubscriptions, ({ clientId }) => {
      if (clientId === 'away') throw new IotError('ResourceNotFound', 'Client away is not connected');
      return { subscriptions: [{ topicFilter: 'a/+', qos: 1 }], nextToken: 'a/+' };
    });
    const { body } = await gateway.graphql(`{
      here: client(clientId: "here") { subscriptions(first: 1, after: "${toCursor('a')}") {
        edges { cursor node { topicFilter qos } } pageInfo { hasNextPage }
      } }
      away: client(clientId: "away") { subscriptions { edges { node { qos } } } }
    }`);
    expect(body.data).toEqual({
      here: {
        subscriptions: {
          edges: [{ cursor: toCursor('a/+'), node: { topicFilter: 'a/+', qos: 1 } }],
          pageInfo: { hasNextPage: true },
        },
      },
      away: { subscriptions: null },
    });
    expect(gateway.services.requestsOf(listSubscriptions)).toContainEqual({
      clientId: 'here',
      maxResults: 1,
      nextToken: 'a',
    });
  });

  it('refuse a page of subscriptions in the words of the query', async () => {
    gateway.services.answer(getConnectivity, () => ({ connectivity: [aConnection('here')] }));
    const { body } = await gateway.graphql(
      '{ client(clientId: "here") { subscriptions(first: 0) { edges { cursor } } } }',
    );
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field: 'first' } });
  });

  it('are loaded with their things and certificates in one call each', async () => {
    const principal = 'a'.repeat(64);
    gateway.services.answer(listConnections, () => ({
      connections: ['a', 'b', 'c'].map((clientId) =>
        clientId === 'c' ? aConnection(clientId) : aConnection(clientId, { thingName: `thing-${clientId}`, principal }),
      ),
    }));
    gateway.services.answer(getThings, ({ thingNames }) => ({ things: thingNames.map((name) => aThing(name)) }));
    gateway.services.answer(getCertificates, () => ({ certificates: [] }));
    const { body } = await gateway.graphql(
      '{ clients { edges { node { clientId thing { name } certificate { id } } } } }',
    );
    expect(body.data).toEqual({
      clients: {
        edges: [
          { node: { clientId: 'a', thing: { name: 'thing-a' }, certificate: null } },
          { node: { clientId: 'b', thing: { name: 'thing-b' }, certificate: null } },
          { node: { clientId: 'c', thing: null, certificate: null } },
        ],
      },
    });
    expect(gateway.services.requestsOf(getThings)).toEqual([{ thingNames: ['thing-a', 'thing-b'] }]);
    expect(gateway.services.requestsOf(getCertificates)).toEqual([{ certificateIds: [principal] }]);
  });

  it.each([
    ['ResourceNotFound', 'Client pump-7 is not connected'],
    ['GatewayTimeout', 'Client pump-7 has not acknowledged the message; it may have it'],
    ['Forbidden', 'The policies of client pump-7 do not let it receive cmd'],
  ] as const)('tell that a message did not arrive: %s', async (code, message) => {
    gateway.services.answer(sendDirectMessage, () => {
      throw new IotError(code, message, { details: { clientId: 'pump-7' } });
    });
    const { body } = await gateway.graphql(
      'mutation { sendDirectMessage(input: { clientId: "pump-7", topic: "cmd", payload: 1 }) { messageId } }',
    );
    expect(body.errors).toMatchObject([{ message, extensions: { code, details: { clientId: 'pump-7' } } }]);
  });
});
