import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '#thingcore/platform';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { checkGatewayConfig, gatewaySettings } from '../gateway.config.js';
import { readOperationsFile, sha256OfOperation } from './operations-file.js';

const ME = '{ me { name } }';
const directory = mkdtempSync(join(tmpdir(), 'thingcore-test-'));
const fileOf = (content: unknown) => {
  const path = join(directory, `${sha256OfOperation(JSON.stringify(content)).slice(0, 8)}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const extensionsOf = (hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

afterAll(() => rmSync(directory, { recursive: true }));

async function send(gateway: GatewayUnderTest, payload: object, method: 'GET' | 'POST' = 'POST') {
  const query = Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
  const response = await gateway.app.inject({
    method,
    url: '/graphql',
    headers: { 'x-api-key': API_KEYS.viewer },
    ...(method === 'GET' ? { query } : { payload }),
  });
  return {
    statusCode: response.statusCode,
    ...response.json<{ data: unknown; errors?: { message: string; extensions: { code: string } }[] }>(),
  };
}

describe('automatic persisted queries', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('run by their hash once their text was sent with it', async () => {
    const extensions = extensionsOf(sha256OfOperation(ME));
    const unknown = await send(gateway, { extensions });
    expect(unknown).toMatchObject({
      statusCode: 400,
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    const answer = { statusCode: 200, data: { me: { name: 'the viewer' } } };
    expect(await send(gateway, { query: ME, extensions })).toEqual(answer);
    expect(await send(gateway, { extensions })).toEqual(answer);
    expect(await send(gateway, { extensions }, 'GET')).toEqual(answer);
  });

  it.each([
    ['the hash of another text', { query: ME, extensions: extensionsOf('0'.repeat(64)) }, 'PERSISTED_QUERY_MISMATCH'],
    ['no hash', { extensions: extensionsOf('x') }, 'InvalidRequest'],
    ['no object', { extensions: { persistedQuery: 7 } }, 'InvalidRequest'],
    [
      'another version',
      { extensions: { persistedQuery: { version: 2, sha256Hash: '0'.repeat(64) } } },
      'InvalidRequest',
    ],
    ['extensions that are a list', { query: ME, extensions: [] }, 'InvalidRequest'],
  ])('are refused with %s', async (_name, payload, code) => {
    expect(await send(gateway, payload)).toMatchObject({ statusCode: 400, errors: [{ extensions: { code } }] });
  });

  it('are forgotten when many others come', async () => {
    const first = sha256OfOperation(ME);
    for (let index = 0; index < 45; index++) {
      const query = `{ me { name } } # ${index} ${'x'.repeat(99_000)}`;
      await send(gateway, { query, extensions: extensionsOf(sha256OfOperation(query)) });
    }
    expect(await send(gateway, { extensions: extensionsOf(first) })).toMatchObject({
      errors: [{ message: 'PersistedQueryNotFound' }],
    });
  });
});

describe('only persisted operations', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    const operationsFile = fileOf({ [sha256OfOperation(ME)]: ME });
    gateway = await startGateway([], { onlyPersisted: true, operationsFile });
  });

  afterAll(() => gateway.close());

  it('run by their hash and by their text', async () => {
    const answer = { data: { me: { name: 'the viewer' } } };
    expect(await send(gateway, { extensions: extensionsOf(sha256OfOperation(ME)) })).toMatchObject(answer);
    expect(await send(gateway, { query: ME })).toMatchObject(answer);
  });

  it('keep out every other, also with its hash', async () => {
    const query = '{ me { role } }';
    const refusal = { statusCode: 400, errors: [{ extensions: { code: 'PERSISTED_QUERY_REQUIRED' } }] };
    expect(await send(gateway, { query })).toMatchObject(refusal);
    expect(await send(gateway, { query, extensions: extensionsOf(sha256OfOperation(query)) })).toMatchObject(refusal);
  });

  it('have no page for people', async () => {
    expect((await gateway.app.inject({ method: 'GET', url: '/graphiql' })).statusCode).not.toBe(200);
  });
});

describe('readOperationsFile', () => {
  it.each([
    ['a map from hash to text', { [sha256OfOperation(ME)]: ME }],
    [
      'a manifest of Apollo',
      { format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id: 'x', body: ME }] },
    ],
  ])('reads %s', (_name, content) => {
    expect([...readOperationsFile(fileOf(content))]).toEqual([[sha256OfOperation(ME), ME]]);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', [ME]],
    ['a hash of another text', { [sha256OfOperation('other')]: ME }],
  ])('refuses %s', (_name, content) => {
    expect(() => readOperationsFile(fileOf(content))).toThrow(ConfigError);
  });

  it('refuses a file that is not there, and its absence where nothing else may run', () => {
    expect(() => readOperationsFile(join(directory, 'none'))).toThrow(/ENOENT/);
    const config = readConfig(gatewaySettings, { THINGCORE_GATEWAY_ONLY_PERSISTED: 'on' });
    expect(() => checkGatewayConfig(config)).toThrow(/THINGCORE_GATEWAY_OPERATIONS_FILE/);
  });
});
