import {
  type AuditEntry,
  createApiKey,
  createThing,
  listAudit,
  publishMessage,
  recordAudit,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aThing } from '../registry.fixture.js';

const CREATE = 'mutation { createThing(input: { name: "lamp", attributes: { site: "north" } }) { thing { name } } }';

describe('the audit log of mutations', () => {
  let gateway: GatewayUnderTest;
  let entries: AuditEntry[];

  beforeAll(async () => {
    gateway = await startGateway();
  });

  beforeEach(() => {
    entries = [];
    gateway.services.answer(createThing, ({ thingName }) => aThing(thingName));
    gateway.services.answer(recordAudit, (request) => {
      entries.push(...request.entries);
      return {};
    });
  });

  afterAll(() => gateway.close());

  it('says who asked for what, from where, and what became of it, before the answer', async () => {
    await gateway.graphql(CREATE, undefined, API_KEYS.operator);
    expect(entries).toEqual([
      {
        entryId: expect.any(String),
        at: gateway.clock.milliseconds,
        actor: 'the operator',
        actorKind: 'apiKey',
        role: 'operator',
        address: '127.0.0.1',
        channel: 'graphql',
        action: 'createThing',
        subjects: expect.arrayContaining(['lamp']),
        input: { input: { name: 'lamp', attributes: { site: 'north' } } },
        outcome: 'succeeded',
        correlationId: expect.any(String),
        durationMs: expect.any(Number),
      },
    ]);
    const [call] = gateway.services.calls.filter(({ pattern }) => pattern === createThing.pattern).slice(-1);
    expect(entries[0]?.correlationId).toBe(call?.correlationId);
  });

  it.each([
    [
      'a refusal that is data',
      new IotError('ResourceAlreadyExists', 'There is one'),
      'ResourceAlreadyExists',
      'There is one',
    ],
    ['an error', new IotError('ServiceUnavailable', 'away'), 'ServiceUnavailable', 'away'],
    ['a failure that nobody foresaw', new TypeError('secret'), 'Internal', 'Internal service failure'],
  ])('says why a mutation failed: %s', async (_name, error, errorCode, errorMessage) => {
    gateway.services.answer(createThing, () => {
      throw error;
    });
    await gateway.graphql(CREATE);
    expect(entries).toMatchObject([{ outcome: 'failed', errorCode, errorMessage }]);
  });

  it('says who tried what the role does not allow', async () => {
    await gateway.graphql(CREATE, undefined, API_KEYS.viewer);
    expect(entries).toMatchObject([
      { actor: 'the viewer', outcome: 'failed', errorCode: 'FORBIDDEN', subjects: ['lamp'] },
    ]);
  });

  it('holds no secret that a mutation takes or gives', async () => {
    const key = `tc_${'k'.repeat(43)}`;
    gateway.services.answer(createApiKey, () => ({ name: 'ci', role: 'viewer' as const, createdAt: 1, key }));
    gateway.services.answer(publishMessage, () => ({ messageId: 'm' }));
    await gateway.graphql('mutation { createApiKey(input: { name: "ci", role: VIEWER }) { key } }');
    await gateway.graphql(
      `mutation { publish(input: { topic: "a", payload: { password: "hunter2", key: "${key}" } }) { messageId } }`,
    );
    expect(entries.map(({ action }) => action)).toEqual(['createApiKey', 'publish']);
    expect(JSON.stringify(entries)).not.toMatch(/hunter2|kkkk/);
  });

  it('has one entry for each mutation of a document, and none for queries', async () => {
    await gateway.graphql(
      `mutation { a: createThing(input: { name: "a" }) { thing { name } } b: createThing(input: { name: "b" }) { thing { name } } }`,
    );
    await gateway.graphql('{ me { name } }');
    expect(entries.map(({ subjects }) => subjects[0])).toEqual(['a', 'b']);
  });

  it('can be read by administrators, by each filter', async () => {
    gateway.services.answer(listAudit, () => ({
      entries: [{ ...(entries[0] as AuditEntry), sequence: '7' }],
      nextToken: '7',
    }));
    await gateway.graphql(CREATE);
    const query = `{ auditEntries(first: 1, filter: { actor: "a", action: "b", subject: "c", outcome: FAILED, correlationId: "d",
      since: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z" }) {
      nodes { actor actorKind role address channel action subjects input outcome errorCode time durationMs } pageInfo { hasNextPage }
    } }`;
    const { body } = await gateway.graphql(query);
    expect(body).toMatchObject({
      data: {
        auditEntries: {
          nodes: [
            {
              actor: 'the admin',
              actorKind: 'API_KEY',
              role: 'ADMIN',
              channel: 'GRAPHQL',
              action: 'createThing',
              outcome: 'SUCCEEDED',
              errorCode: null,
            },
          ],
          pageInfo: { hasNextPage: true },
        },
      },
    });
    expect(gateway.services.requestsOf(listAudit)).toEqual([
      {
        actor: 'a',
        action: 'b',
        subject: 'c',
        outcome: 'failed',
        correlationId: 'd',
        since: Date.UTC(2026, 0),
        until: Date.UTC(2026, 1),
        limit: 1,
      },
    ]);
    expect((await gateway.graphql(query, undefined, API_KEYS.operator)).body.errors?.[0]?.extensions?.code).toBe(
      'FORBIDDEN',
    );
  });
});

describe('an audit log that cannot be written', () => {
  it.each([
    ['does not turn a change that was made into an error', false, { createThing: { thing: { name: 'lamp' } } }],
    ['keeps further changes from being made, where operators want that', true, null],
  ])('%s', async (_name, auditRequired, data) => {
    const gateway = await startGateway([], { auditRequired });
    gateway.services.answer(recordAudit, () => {
      throw new IotError('ServiceUnavailable', 'away');
    });
    gateway.services.answer(createThing, ({ thingName }) => aThing(thingName));
    await gateway.graphql(CREATE);
    const { body } = await gateway.graphql(CREATE);
    expect(body.data).toEqual(data);
    expect(gateway.services.requestsOf(createThing)).toHaveLength(auditRequired ? 1 : 2);
    const entries: AuditEntry[] = [];
    gateway.services.answer(recordAudit, (request) => {
      entries.push(...request.entries);
      return {};
    });
    await gateway.listen();
    await gateway.close();
    // What waited is written when the registry is back, here at the stop.
    expect(entries).toHaveLength(auditRequired ? 1 : 2);
  });
});
