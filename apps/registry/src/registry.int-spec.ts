import { createThing, getThings, listThings } from '#thingcore/contracts';
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
      ['an unknown member', { thingName: 'ok', color: 'red' }, undefined],
    ])('refuses %s and stores nothing', async (_name, request, field) => {
      await expect(rpc.call(createThing, request as never)).rejects.toMatchObject({
        code: 'InvalidRequest',
        ...(field === undefined ? {} : { details: { field } }),
      });
      expect((await rpc.call(getThings, { thingNames: ['ok'] })).things).toEqual([]);
    });

    it('lists things by name, page by page', async () => {
      for (const thingName of ['page-1', 'page-2', 'page-3']) await rpc.call(createThing, { thingName });
      const first = await rpc.call(listThings, { after: 'page-', limit: 2 });
      expect(first.things.map(({ thingName }) => thingName)).toEqual(['page-1', 'page-2']);
      const second = await rpc.call(listThings, { after: first.nextToken, limit: 1 });
      expect(second.things.map(({ thingName }) => thingName)).toEqual(['page-3']);
    });
  });
});
