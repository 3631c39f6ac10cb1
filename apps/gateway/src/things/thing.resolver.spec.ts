import { getConnectivityOfThings, getShadows, getThings, listThings } from '#thingcore/contracts';
import type { ShadowDocument } from '#thingcore/shadow-document';
import { toCursor } from '../connections/cursor.js';
import { aConnection } from '../clients/client.fixture.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aThing } from '../registry.fixture.js';

function aDocument(version: number): ShadowDocument {
  return {
    state: { desired: { on: true }, reported: { on: false }, delta: { on: true } },
    metadata: { desired: { on: { timestamp: 1 } }, reported: { on: { timestamp: 2 } } },
    version,
    timestamp: 1_700_000_000,
  };
}

const NAMES = Array.from({ length: 100 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);

describe('things', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
    const { services } = gateway;
    services.answer(getThings, ({ thingNames }) => ({
      things: thingNames.filter((name) => NAMES.includes(name)).map((name) => aThing(name)),
    }));
    services.answer(listThings, ({ after, limit = 100 }) => {
      const rest = NAMES.filter((name) => after === undefined || name > after);
      const page = rest.slice(0, limit);
      return {
        things: page.map((name) => aThing(name)),
        ...(rest.length > limit ? { nextToken: page.at(-1) ?? '' } : {}),
      };
    });
    services.answer(getShadows, ({ thingNames, shadowName }) => ({
      shadows: thingNames.map((thingName) => ({ thingName, document: aDocument(shadowName === undefined ? 5 : 6) })),
    }));
    services.answer(getConnectivityOfThings, ({ thingNames }) => ({
      things: thingNames
        .filter((thingName) => thingName !== 'thing-001')
        .map((thingName) => ({ thingName, connectivity: aConnection(`client of ${thingName}`) })),
    }));
  });

  afterEach(() => gateway.close());

  it('show a thing with its connectivity and shadow', async () => {
    const { body } = await gateway.graphql(`{
      thing(name: "thing-000") {
        name id arn attributes version
        connectivity { connected timestamp disconnectReason client { clientId sourceIp } }
        shadow { desired reported delta metadata version timestamp }
      }
    }`);
    expect(body).toEqual({
      data: {
        thing: {
          name: 'thing-000',
          id: 'id of thing-000',
          arn: 'arn:aws:iot:us-east-1:123456789012:thing/thing-000',
          attributes: { site: 'b7' },
          version: 3,
          connectivity: {
            connected: true,
            timestamp: '2023-11-14T22:13:20.123Z',
            disconnectReason: null,
            client: { clientId: 'client of thing-000', sourceIp: '192.0.2.1' },
          },
          shadow: {
            desired: { on: true },
            reported: { on: false },
            delta: { on: true },
            metadata: { desired: { on: { timestamp: 1 } }, reported: { on: { timestamp: 2 } } },
            version: 5,
            timestamp: '2023-11-14T22:13:20.000Z',
          },
        },
      },
    });
  });

  it('show a client that was never seen as not connected', async () => {
    const { body } = await gateway.graphql(
      '{ thing(name: "thing-001") { connectivity { connected timestamp client { clientId } } } }',
    );
    expect(body.data).toEqual({ thing: { connectivity: { connected: false, timestamp: null, client: null } } });
  });

  it('answer null for a name that no thing has', async () => {
    const { body } = await gateway.graphql('{ thing(name: "nobody") { name } }');
    expect(body).toEqual({ data: { thing: null } });
  });

  it('refuse an impossible name without spoiling what is asked beside it', async () => {
    const { body } = await gateway.graphql(
      '{ good: thing(name: "thing-000") { name } bad: thing(name: "a b") { name } }',
    );
    expect(body.data).toEqual({ good: { name: 'thing-000' }, bad: null });
    expect(body.errors).toMatchObject([
      { path: ['bad'], extensions: { code: 'InvalidRequest', details: { field: 'name' } } },
    ]);
  });

  it('make one call to each service for 100 things, each time', async () => {
    const query = `{
      things(first: 100) { edges { node {
        name connectivity { connected client { clientId } } shadow { version } settings: shadow(name: "settings") { version }
      } } }
    }`;
    for (let round = 0; round < 3; round++) {
      gateway.services.calls.length = 0;
      const { body } = await gateway.graphql(query);
      expect(body).toMatchObject({
        data: {
          things: {
            edges: NAMES.map((name) => ({ node: { name, shadow: { version: 5 }, settings: { version: 6 } } })),
          },
        },
      });
      const patterns = gateway.services.calls
        .map(({ pattern }) => pattern)
        .filter((name) => name !== 'apiKey.verify.v1');
      // The classic shadows and the named ones are two questions to the shadow service.
      expect(patterns.sort()).toEqual(
        [listThings, getConnectivityOfThings, getShadows, getShadows].map(({ pattern }) => pattern).sort(),
      );
    }
    expect(gateway.services.requestsOf(getShadows)).toContainEqual({ thingNames: NAMES, shadowName: undefined });
  });

  it('make one call for many things by name', async () => {
    const fields = NAMES.map((name, index) => `t${index}: thing(name: "${name}") { name }`);
    await gateway.graphql(`{ ${fields.join(' ')} }`);
    expect(gateway.services.requestsOf(getThings)).toEqual([{ thingNames: NAMES }]);
  });

  it('come in pages that lead from one to the next', async () => {
    const query = `query ($after: String) {
      things(first: 40, after: $after) {
        edges { cursor node { name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`;
    interface Page {
      edges: { cursor: string; node: { name: string } }[];
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    }
    const seen: string[] = [];
    const flags: boolean[][] = [];
    let after: string | null = null;
    do {
      const { body } = await gateway.graphql(query, { after });
      const { edges, pageInfo } = body.data?.['things'] as Page;
      expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges.at(-1)?.cursor]);
      seen.push(...edges.map(({ node }) => node.name));
      flags.push([pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(NAMES);
    expect(flags).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  it('come 50 at a time unless more are asked for', async () => {
    await gateway.graphql('{ things { pageInfo { hasNextPage } } }');
    expect(gateway.services.requestsOf(listThings)).toEqual([{ limit: 50, isAscending: true, orderBy: 'name' }]);
  });

  it.each([
    ['an empty page', 'first: 0', 'first'],
    ['a page that is too large', 'first: 251', 'first'],
    ['a cursor of somebody else', 'after: "cursor"', 'after'],
    ['a cursor that stands for no name', `after: "${toCursor('a b')}"`, 'after'],
  ])('refuse %s', async (_name, argument, field) => {
    const { body } = await gateway.graphql(`{ things(${argument}) { edges { cursor } } }`);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field } });
  });
});
