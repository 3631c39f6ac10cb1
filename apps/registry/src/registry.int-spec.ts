import {
  createBillingGroup,
  createThing,
  createThingGroup,
  createThingType,
  getThings,
  listBillingGroups,
  listThingGroups,
  listThings,
  listThingTypes,
} from '#thingcore/contracts';
import { readConfig, type RunningProcess } from '#thingcore/platform';
import { makeTempDir, startPostgres, type TestPostgres, startTestProcess } from '#thingcore/testing';
import { RpcClient } from '#thingcore/transport';
import { registrySettings } from './registry.config.js';
import { RegistryModule } from './registry.module.js';

describe('the registry', () => {
  let postgres: TestPostgres;
  let dataDirectory: string;
  let registry: RunningProcess;
  let rpc: RpcClient;

  async function start(directory: string): Promise<RunningProcess> {
    return startTestProcess({
      service: 'registry',
      dataDirectory: directory,
      databaseUrl: postgres.url,
      modules: [RegistryModule.forRoot(readConfig(registrySettings, {}))],
    });
  }

  beforeAll(async () => {
    postgres = await startPostgres();
    dataDirectory = await makeTempDir();
    registry = await start(dataDirectory);
    rpc = registry.app.get(RpcClient, { strict: false });
  });

  afterAll(async () => {
    await registry.stop();
    await postgres.stop();
  });

  describe('things', () => {
    it('creates a thing with its ARN, id and first version', async () => {
      const thing = await rpc.call(createThing, { thingName: 'lamp', attributes: { site: 'a' } });
      expect(thing).toMatchObject({
        thingName: 'lamp',
        thingArn: 'arn:aws:iot:us-east-1:123456789012:thing/lamp',
        attributes: { site: 'a' },
        version: 1,
      });
      expect(thing.thingId).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('answers the same thing when it is created again alike, as AWS does', async () => {
      const first = await rpc.call(createThing, { thingName: 'twice', attributes: { b: '2', a: '1' } });
      expect(await rpc.call(createThing, { thingName: 'twice', attributes: { a: '1', b: '2' } })).toEqual(first);
    });

    it('refuses another thing of the same name and names the one there is', async () => {
      const { thingArn } = await rpc.call(createThing, { thingName: 'taken' });
      await expect(rpc.call(createThing, { thingName: 'taken', attributes: { a: '1' } })).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
        details: { resourceArn: thingArn },
      });
      expect((await rpc.call(getThings, { thingNames: ['taken'] })).things[0]?.attributes).toEqual({});
    });

    it.each([
      ['a space in the name', { thingName: 'a b' }, 'thingName'],
      ['an empty name', { thingName: '' }, 'thingName'],
      ['a name of 129 characters', { thingName: 'x'.repeat(129) }, 'thingName'],
      ['a space in an attribute', { thingName: 'ok', attributes: { a: 'b c' } }, 'attributes.a'],
      [
        'four attributes without a type',
        { thingName: 'ok', attributes: { a: '1', b: '2', c: '3', d: '4' } },
        'attributes',
      ],
    ])('refuses %s and stores nothing', async (_name, request, field) => {
      await expect(rpc.call(createThing, request as never)).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field },
      });
      expect((await rpc.call(getThings, { thingNames: ['ok'] })).things).toEqual([]);
    });

    it('leaves out a member that it does not know, which a later release may send', async () => {
      const later = { thingName: 'of-tomorrow', color: 'red' };
      await rpc.call(createThing, later);
      const [thing] = (await rpc.call(getThings, { thingNames: ['of-tomorrow'] })).things;
      expect(thing).toMatchObject({ attributes: {}, version: 1 });
    });

    it('lists things by name, page by page', async () => {
      for (const thingName of ['page-1', 'page-2', 'page-3']) await rpc.call(createThing, { thingName });
      const first = await rpc.call(listThings, { after: 'page-', limit: 2 });
      expect(first.things.map(({ thingName }) => thingName)).toEqual(['page-1', 'page-2']);
      const second = await rpc.call(listThings, { after: first.nextToken, limit: 1 });
      expect(second.things.map(({ thingName }) => thingName)).toEqual(['page-3']);
    });
  });

  describe('lists of what has names', () => {
    const NAMES = ['m', 'c', 'x', 'a', 'k'];
    interface Entry {
      readonly name: string;
      readonly createdAt: number;
    }
    type Walk = (order: { orderBy: 'name' | 'createdAt'; isAscending: boolean; after?: string }) => Promise<{
      entries: Entry[];
      nextToken?: string | undefined;
    }>;

    /** How each kind is made and listed, two at a time. */
    const KINDS: readonly [string, (name: string) => Promise<unknown>, Walk][] = [
      [
        'things',
        (thingName) => rpc.call(createThing, { thingName }),
        async (order) => {
          const { things, nextToken } = await rpc.call(listThings, { ...order, limit: 2 });
          return { entries: things.map(({ thingName: name, createdAt }) => ({ name, createdAt })), nextToken };
        },
      ],
      [
        'thing types',
        (thingTypeName) => rpc.call(createThingType, { thingTypeName }),
        async (order) => {
          const { thingTypes, nextToken } = await rpc.call(listThingTypes, { ...order, limit: 2 });
          return { entries: thingTypes.map(({ thingTypeName: name, createdAt }) => ({ name, createdAt })), nextToken };
        },
      ],
      [
        'thing groups',
        (thingGroupName) => rpc.call(createThingGroup, { thingGroupName }),
        async (order) => {
          const { thingGroups, nextToken } = await rpc.call(listThingGroups, { ...order, limit: 2 });
          return {
            entries: thingGroups.map(({ thingGroupName: name, createdAt }) => ({ name, createdAt })),
            nextToken,
          };
        },
      ],
      [
        'billing groups',
        (billingGroupName) => rpc.call(createBillingGroup, { billingGroupName }),
        async (order) => {
          const { billingGroups, nextToken } = await rpc.call(listBillingGroups, { ...order, limit: 2 });
          const entries = billingGroups.map(({ billingGroupName: name, createdAt }) => ({ name, createdAt }));
          return { entries, nextToken };
        },
      ],
    ];

    it.each(KINDS)('walks %s by name and by creation, both ways, each once', async (_kind, create, walk) => {
      for (const name of NAMES) await create(name);
      const all = async (orderBy: 'name' | 'createdAt', isAscending: boolean) => {
        const found: Entry[] = [];
        for (let after: string | undefined, isMore = true; isMore; isMore = after !== undefined) {
          const { entries, nextToken } = await walk({
            orderBy,
            isAscending,
            ...(after === undefined ? {} : { after }),
          });
          found.push(...entries);
          after = nextToken;
        }
        return found;
      };
      const byName = await all('name', true);
      const names = byName.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(NAMES));
      expect(names).toEqual([...new Set(names)].sort());
      expect(await all('name', false)).toEqual([...byName].reverse());
      const byTime = [...byName].sort((left, right) => left.createdAt - right.createdAt);
      expect(await all('createdAt', true)).toEqual(byTime);
      expect(await all('createdAt', false)).toEqual([...byTime].reverse());
    });
  });
});
