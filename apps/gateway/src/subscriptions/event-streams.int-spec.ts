import { createClient } from 'graphql-sse';
import {
  apiKeyRevoked,
  type Denial,
  denialsRecorded,
  listRegistryChanges,
  registryChangesStored,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { DenialFeed } from '../denials/denial-feed.js';
import { aDenial, answerDenials } from '../denials/denial.fixture.js';
import { GatewayAddress } from '../gateway-address.js';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { RegistryChangeFeed } from '../registry-changes/registry-change-feed.js';

interface Received {
  readonly data?: Record<string, Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

describe('a subscription over server-sent events', () => {
  let gateway: GatewayUnderTest;
  let url: string;
  let recorded: Denial[];

  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.listen();
    url = `${gateway.app.get(GatewayAddress).graphqlUrl}/stream`;
  });

  beforeEach(() => {
    recorded = [aDenial('d1'), aDenial('d2')];
    answerDenials(gateway.services, recorded);
  });

  // Once more is no harm: the last test has closed it.
  afterAll(() => gateway.close());

  const KEY = { authorization: `Bearer ${API_KEYS.viewer}` };
  const DENIALS = 'subscription ($after: String) { denials(after: $after) { id cursor } }';

  const record = async (...denials: Denial[]) => {
    recorded.push(...denials);
    await gateway.events.publish(denialsRecorded, { denials });
  };
  const subscribed = (count = 1) =>
    waitFor(() => gateway.app.get(DenialFeed).size === count, { what: 'the subscription' });

  /** A request as a browser makes it, with everything it is answered so far. */
  const open = async (headers: Record<string, string>, query = DENIALS, method: 'GET' | 'POST' = 'POST') => {
    const aborter = new AbortController();
    const init = { headers: { accept: 'text/event-stream', ...headers }, signal: aborter.signal };
    const response =
      method === 'GET'
        ? await fetch(`${url}?query=${encodeURIComponent(query)}`, init)
        : await fetch(url, {
            ...init,
            method,
            headers: { ...init.headers, 'content-type': 'application/json' },
            body: JSON.stringify({ query }),
          });
    const answer = { response, text: '', hasEnded: false, abort: () => aborter.abort() };
    void (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of response.body!) answer.text += decoder.decode(bytes as Uint8Array);
      answer.hasEnded = true;
    })().catch(() => undefined);
    return answer;
  };

  it('brings events to a client of the protocol, from a cursor on, and ends when the client says so', async () => {
    const client = createClient({ url, headers: KEY, retryAttempts: 0 });
    const events = client.iterate({ query: DENIALS, variables: { after: 'd1' } }) as AsyncIterableIterator<Received>;
    expect((await events.next()).value).toEqual({ data: { denials: { id: 'd2', cursor: 'd2' } } });
    await record(aDenial('d3'));
    expect((await events.next()).value).toEqual({ data: { denials: { id: 'd3', cursor: 'd3' } } });
    await events.return?.();
    client.dispose();
    await subscribed(0);
  });

  it('goes on where a browser says that it left off, and gives each event its cursor as id', async () => {
    const answer = await open({ ...KEY, 'last-event-id': 'd1' }, DENIALS, 'GET');
    expect(answer.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await subscribed();
    await record(aDenial('d3'));
    const event = (id: string) =>
      `event: next\nid: ${id}\ndata: {"data":{"denials":{"id":"${id}","cursor":"${id}"}}}\n\n`;
    await waitFor(() => answer.text.includes('id: d3'), { what: 'the events' });
    expect(answer.text).toBe(`:\n\n${event('d2')}${event('d3')}`);
    answer.abort();
    await subscribed(0);
  });

  it.each([
    ['what is no GraphQL', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['a field that there is not', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an argument that cannot be', 'subscription { denials(thing: "a b") { id } }', 'InvalidRequest'],
    ['a query', '{ __typename }', 'InvalidRequest'],
  ])('answers %s with an event that says so, and is over', async (_name, query, code) => {
    const answer = await open(KEY, query);
    await waitFor(() => answer.hasEnded, { what: 'the end' });
    expect([answer.response.status, answer.text]).toEqual([
      200,
      expect.stringMatching(
        new RegExp(`^:\\n\\nevent: next\\ndata: .*"code":"${code}".*\\n\\nevent: complete\\ndata: \\n\\n$`),
      ),
    ]);
  });

  it.each([
    ['without a key', { accept: 'text/event-stream' }, 401],
    ['that accepts something else', { ...KEY, accept: 'application/json' }, 406],
  ])('is refused to a request %s', async (_name, headers, status) => {
    const response = await fetch(`${url}?query=${encodeURIComponent(DENIALS)}`, { headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  it('ends with its key, and says so', async () => {
    const answer = await open({ authorization: `Bearer ${API_KEYS.operator}` });
    await subscribed();
    await gateway.events.publish(apiKeyRevoked, { name: 'the operator' });
    await waitFor(() => answer.hasEnded, { what: 'the end' });
    expect(answer.text).toContain('The API key was revoked');
    expect(answer.text.endsWith('event: complete\ndata: \n\n')).toBe(true);
    await subscribed(0);
  });

  it('tells of the registry, filtered', async () => {
    const changedAt = gateway.clock.now();
    const change = (cursor: string, thingName: string) =>
      ({ cursor, kind: 'THING', operation: 'CREATED', subject: { thingName }, changedAt }) as const;
    const changes: ReturnType<typeof change>[] = [];
    gateway.services.answer(listRegistryChanges, ({ after }) => {
      const behind = after === undefined ? [] : changes.filter(({ cursor }) => cursor > after);
      return { changes: behind, cursor: changes.at(-1)?.cursor ?? '0', isForgotten: false };
    });
    const query = 'subscription { registryChanged(thing: "lamp") { kind operation thingName policyName changedAt } }';
    const answer = await open(KEY, query);
    await waitFor(() => gateway.app.get(RegistryChangeFeed).size === 1, { what: 'the subscription' });
    changes.push(change('1', 'fan'), change('2', 'lamp'));
    await waitFor(
      async () => {
        await gateway.events.publish(registryChangesStored, {});
        return answer.text.includes('data:');
      },
      { what: 'the event' },
    );
    expect(answer.text).toBe(
      ':\n\nevent: next\nid: 2\ndata: {"data":{"registryChanged":{"kind":"THING","operation":"CREATED",' +
        '"thingName":"lamp","policyName":null,"changedAt":"2023-11-14T22:13:20.000Z"}}}\n\n',
    );
    answer.abort();
  });

  it('ends without a word that it is complete when the gateway stops: its client comes back elsewhere', async () => {
    const answer = await open(KEY);
    await subscribed();
    await gateway.close();
    await waitFor(() => answer.hasEnded, { what: 'the end' });
    expect(answer.text).toBe(':\n\n');
  });
});
