import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, type ConfigOf, readConfig, secret, setting, unknownSettings } from './config.js';

const settings = {
  key: secret('THINGCORE_TEST_KEY', z.string().min(4, 'must have at least 4 characters').optional(), 'a secret'),
  other: setting('THINGCORE_TEST_OTHER', z.string().optional(), 'no secret'),
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thingcore-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(text: string): Promise<string> {
  const path = join(folder, 'key');
  await writeFile(path, text);
  return path;
}

function read(environment: NodeJS.ProcessEnv): ConfigOf<typeof settings> | readonly string[] {
  try {
    return readConfig(settings, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('a secret in a file', () => {
  it.each([
    ['as it is', 's3cret', 's3cret'],
    ['without the line break at its end', 's3cret\n', 's3cret'],
    ['without the line break of Windows', 's3cret\r\n', 's3cret'],
    ['with spaces and line breaks that belong to it', ' s3\ncret \n\n', ' s3\ncret \n'],
  ])('is read %s', async (_name, text, expected) => {
    expect(read({ THINGCORE_TEST_KEY_FILE: await fileOf(text) })).toEqual({ key: expected });
  });

  it('is refused beside the variable itself, since nobody could say which one holds', async () => {
    const environment = { THINGCORE_TEST_KEY: 's3cret', THINGCORE_TEST_KEY_FILE: await fileOf('0ther') };
    expect(read(environment)).toEqual([
      expect.stringMatching(/^THINGCORE_TEST_KEY and THINGCORE_TEST_KEY_FILE are both/),
    ]);
    expect(read({ ...environment, THINGCORE_TEST_KEY: '' })).toEqual({ key: '0ther' });
  });

  it.each([
    ['a file that is not there', '/nowhere/key', /^THINGCORE_TEST_KEY_FILE \(\/nowhere\/key\) cannot be read: ENOENT/],
    ['a folder', tmpdir(), /cannot be read: EISDIR/],
  ])('is missed by name with %s', (_name, path, problem) => {
    expect(read({ THINGCORE_TEST_KEY_FILE: path })).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ['an empty file', '\n', 'is empty'],
    ['a file that is no secret', 'x'.repeat(70_000), 'has more than 65536 characters'],
    ['one that breaks the rule', 'abc', 'cannot be used: it must have at least 4 characters'],
  ])('is refused for %s, and not shown', async (_name, text, problem) => {
    const path = await fileOf(text);
    expect(read({ THINGCORE_TEST_KEY_FILE: path })).toEqual([
      expect.stringMatching(new RegExp(`^THINGCORE_TEST_KEY_FILE \\(${path}\\) ${problem}[^x]*$`)),
    ]);
  });
});

describe('a setting', () => {
  it('that is a secret is not shown when it cannot be used', () => {
    expect(read({ THINGCORE_TEST_KEY: 'abc' })).toEqual([
      'THINGCORE_TEST_KEY cannot be used: it must have at least 4 characters',
    ]);
  });

  it('that is no secret has no file', async () => {
    expect(read({ THINGCORE_TEST_OTHER_FILE: await fileOf('text') })).toEqual({});
    const environment = { THINGCORE_TEST_OTHER_FILE: 'x', THINGCORE_TEST_KEY_FILE: 'y' };
    expect(unknownSettings({ settings }, environment)).toEqual(['THINGCORE_TEST_OTHER_FILE']);
  });
});
