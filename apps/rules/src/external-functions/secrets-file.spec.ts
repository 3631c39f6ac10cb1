import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsFile } from './secrets-file.js';

describe('SecretsFile', () => {
  let folder: string;
  let file: string;
  let now: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    file = join(folder, 'secrets.json');
    now = 0;
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (content: unknown) => {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return new SecretsFile(file, () => now);
  };

  it.each<[name: string, secret: unknown, expected: unknown]>([
    ['a text', 'hunter2', { secretString: 'hunter2' }],
    ['an object', { user: 'u', password: 'p' }, { secretString: '{"user":"u","password":"p"}' }],
    ['bytes', { SecretBinary: 'AQI=' }, { secretBinary: 'AQI=' }],
  ])('gives %s', async (_name, secret, expected) => {
    expect(await open({ api: secret }).find('api')).toEqual(expected);
  });

  it('finds a secret by its ARN or by the name in it', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:plant/api-a1B2c3';
    expect(await open({ 'plant/api': 'x' }).find(arn)).toEqual({ secretString: 'x' });
    expect(await open({ [arn]: 'y' }).find(arn)).toEqual({ secretString: 'y' });
  });

  it('knows nothing of a secret that is not there', async () => {
    expect(await open({}).find('toString')).toBeUndefined();
  });

  it('reads the file again when it has changed', async () => {
    const secrets = open({ api: 'old' });
    await secrets.find('api');
    writeFileSync(file, JSON.stringify({ api: 'a new one' }));
    expect(await secrets.find('api')).toEqual({ secretString: 'old' });
    now = 1_001;
    expect(await secrets.find('api')).toEqual({ secretString: 'a new one' });
  });

  it('does not quote a file that is wrong', async () => {
    await expect(open('hunter2').find('api')).rejects.toThrow(/^THINGCORE_RULES_SECRETS_FILE=.* must be a JSON object/);
    await expect(open('hunter2').find('api')).rejects.not.toThrow(/hunter2/);
  });

  it('says which setting is missing', async () => {
    const none = new SecretsFile(undefined, () => now);
    expect(none.unavailable).toMatch(/THINGCORE_RULES_SECRETS_FILE/);
    await expect(none.find('api')).rejects.toThrow(/THINGCORE_RULES_SECRETS_FILE/);
  });
});
