import {
  getShadowHistories,
  getShadows,
  getShadowsAsOf,
  getThings,
  listNamedShadows,
  listThings,
  revertShadow,
  type ShadowChange,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { aThing } from '../registry.fixture.js';
import type { LoadedPast } from './shadow-loaders.js';

const NAMES = Array.from({ length: 100 }, (_, index) => `thing-${String(index).padStart(3, '0')}`);
const AT = 1_700_000_000_000;
const AT_TEXT = '2023-11-14T22:13:20.000Z';

const aDocument = (version: number) => ({
  state: { desired: { on: true } },
  metadata: { desired: { on: { timestamp: 1 } } },
  version,
  timestamp: 1_700_000_000,
});
const aChange = (version: number): ShadowChange => ({
  version,
  at: AT,
  isDeletion: false,
  author: { origin: 'MQTT', principal: 'c0ffee', clientId: 'lamp' },
  clientToken: 'token',
  changes: { desired: { on: true } },
});

describe('the shadows of things', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
    const { services } = gateway;
    services.answer(getThings, ({ thingNames }) => ({ things: thingNames.map((name) => aThing(name)) }));
    services.answer(listThings, () => ({ things: NAMES.map((name) => aThing(name)) }));
    services.answer(getShadows, ({ thingNames }) => ({
      shadows: thingNames.map((thingName) => ({ thingName, document: aDocument(5), updatedAt: AT + 1 })),
    }));
    services.answer(getShadowHistories, ({ thingNames, last = 10 }) => ({
      histories: thingNames.map((thingName) => ({ thingName, changes: [aChange(5), aChange(4)].slice(0, last) })),
    }));
    services.answer(getShadowsAsOf, ({ thingNames }) => ({
      shadows: thingNames.flatMap((thingName): LoadedPast[] => {
        if (thingName === 'thing-001') return [];
        if (thingName === 'thing-002') return [{ thingName, isForgotten: true }];
        return [{ thingName, isForgotten: false, state: { desired: { on: false } }, version: 3, at: AT }];
      }),
    }));
    services.answer(listNamedShadows, ({ thingNames, limit = 25 }) => ({
      things: thingNames.map((thingName) => ({ thingName, shadowNames: ['a', 'b'].slice(0, limit), nextToken: 'b' })),
    }));
  });

  afterEach(() => gateway.close());

  const dataOf = async (query: string) => {
    const { body } = await gateway.graphql(query);
    expect(body.errors).toBeUndefined();
    return body.data;
  };

  it('show when they were updated, what changed, who set a field and what they were', async () => {
    const data = await dataOf(`{
      thing(name: "lamp") { shadow(name: "config") {
        version updatedAt
        history(first: 1, field: "desired.on", after: "${toCursor('9')}") {
          nodes { version at origin by clientId clientToken deleted changes } pageInfo { hasNextPage }
        }
        whoSet(field: "desired.on") { version by }
        asOf(time: "2023-11-14T22:13:20Z") { desired reported delta version at }
      } }
    }`);
    expect(data).toEqual({
      thing: {
        shadow: {
          version: 5,
          updatedAt: '2023-11-14T22:13:20.001Z',
          history: {
            nodes: [
              {
                version: 5,
                at: AT_TEXT,
                origin: 'MQTT',
                by: 'c0ffee',
                clientId: 'lamp',
                clientToken: 'token',
                deleted: false,
                changes: { desired: { on: true } },
              },
            ],
            pageInfo: { hasNextPage: true },
          },
          whoSet: { version: 5, by: 'c0ffee' },
          asOf: { desired: { on: false }, reported: null, delta: null, version: 3, at: AT_TEXT },
        },
      },
    });
    const key = { thingNames: ['lamp'], shadowName: 'config' };
    expect(gateway.services.requestsOf(getShadowHistories)).toEqual([
      { ...key, last: 2, field: 'desired.on', before: 9 },
      { ...key, last: 1, field: 'desired.on' },
    ]);
    expect(gateway.services.requestsOf(getShadowsAsOf)).toEqual([{ ...key, time: AT }]);
  });

  it('are null where they did not exist, and an error where that is not known', async () => {
    const { body } = await gateway.graphql(`{
      absent: thing(name: "thing-001") { shadow { asOf(time: "2023-11-14T22:13:20Z") { version } } }
      forgotten: thing(name: "thing-002") { shadow { asOf(time: "2023-11-14T22:13:20Z") { version } } }
    }`);
    expect(body.data).toEqual({ absent: { shadow: { asOf: null } }, forgotten: { shadow: { asOf: null } } });
    expect(body.errors).toMatchObject([
      { path: ['forgotten', 'shadow', 'asOf'], extensions: { code: 'ResourceNotFound' } },
    ]);
  });

  it('keep the errors of one from the others', async () => {
    const error = { code: 'LimitExceeded' as const, message: 'too far back', retryable: false };
    gateway.services.answer(getShadowHistories, ({ thingNames }) => ({
      histories: thingNames.map((thingName) =>
        thingName === 'thing-001' ? { thingName, changes: [], error } : { thingName, changes: [aChange(5)] },
      ),
    }));
    gateway.services.answer(getShadowsAsOf, ({ thingNames }) => ({
      shadows: thingNames.map((thingName): LoadedPast =>
        thingName === 'thing-001'
          ? { thingName, error }
          : { thingName, isForgotten: false, state: {}, version: 3, at: AT },
      ),
    }));
    const fields = 'shadow { whoSet(field: "desired.on") { version } asOf(time: "2023-11-14T22:13:20Z") { version } }';
    const { body } = await gateway.graphql(
      `{ a: thing(name: "thing-000") { ${fields} } b: thing(name: "thing-001") { ${fields} } }`,
    );
    expect(body.data).toEqual({
      a: { shadow: { whoSet: { version: 5 }, asOf: { version: 3 } } },
      b: { shadow: { whoSet: null, asOf: null } },
    });
    expect(body.errors).toMatchObject([
      { path: ['b', 'shadow', 'whoSet'], extensions: { code: 'LimitExceeded' } },
      { path: ['b', 'shadow', 'asOf'], extensions: { code: 'LimitExceeded' } },
    ]);
  });

  it('are listed by name, page by page', async () => {
    const page = await dataOf(
      '{ thing(name: "lamp") { shadows(first: 1) { names pageInfo { hasNextPage hasPreviousPage endCursor } } } }',
    );
    expect(page).toEqual({
      thing: {
        shadows: { names: ['a'], pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: toCursor('a') } },
      },
    });
    await dataOf(`{ thing(name: "lamp") { shadows(after: "${toCursor('a')}") { names } } }`);
    expect(gateway.services.requestsOf(listNamedShadows)).toEqual([
      { thingNames: ['lamp'], limit: 1 },
      { thingNames: ['lamp'], limit: 50, after: 'a' },
    ]);
  });

  it('take one call each for 100 things', async () => {
    await dataOf(`{ things(first: 100) { edges { node {
      shadow { version history(first: 2) { nodes { version } } whoSet(field: "desired.on") { by } }
      shadows { names }
    } } } }`);
    for (const contract of [getShadows, listNamedShadows])
      expect(gateway.services.requestsOf(contract)).toHaveLength(1);
    // The last changes and the last change of a field are two questions.
    expect(gateway.services.requestsOf(getShadowHistories)).toHaveLength(2);
  });

  it.each([
    ['no change', 'history(first: 0) { nodes { version } }', 'first'],
    ['too many changes', 'history(first: 101) { nodes { version } }', 'first'],
    ['changes behind no version', `history(after: "${toCursor('0')}") { nodes { version } }`, 'after'],
  ])('refuse to show %s', async (_name, field, argument) => {
    const { body } = await gateway.graphql(`{ thing(name: "lamp") { shadow { ${field} } } }`);
    expect(body.errors).toMatchObject([{ extensions: { code: 'InvalidRequest', details: { field: argument } } }]);
    expect(gateway.services.requestsOf(getShadowHistories)).toEqual([]);
  });

  it('can be brought back to what they were', async () => {
    const accepted = { state: { desired: { on: false } }, metadata: {}, version: 6, timestamp: 7 };
    gateway.services.answer(revertShadow, () => ({ accepted }));
    const data = await dataOf(`mutation {
      revertShadow(input: { thingName: "lamp", shadowName: "config", toVersion: 3, version: 5, clientToken: "t" }) {
        accepted shadow { version }
      }
    }`);
    expect(data).toEqual({ revertShadow: { accepted, shadow: { version: 5 } } });
    expect(gateway.services.requestsOf(revertShadow)).toEqual([
      {
        thingName: 'lamp',
        shadowName: 'config',
        toVersion: 3,
        version: 5,
        clientToken: 't',
        author: { origin: 'GRAPHQL', principal: 'the admin' },
      },
    ]);
  });
});
