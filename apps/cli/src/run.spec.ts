import { graphqlUrlOf } from './instance.js';
import { publishLine } from './commands/device-bundle.js';
import { readingsOf } from './commands/readings.js';
import { mqttsUrlOf } from './mqtts-url.js';
import { run } from './run.js';

const NOWHERE = ['--data-dir', '/nonexistent/thingcore'];

async function runWith(...args: string[]) {
  const texts = { out: '', err: '' };
  const code = await run(args, {
    out: { write: (text: string) => (texts.out += text) },
    err: { write: (text: string) => (texts.err += text) },
    signal: new AbortController().signal,
  });
  return { code, ...texts };
}

describe('the command line', () => {
  it.each([
    [['--help'], 'things'],
    [['device', 'create', '--help'], 'thingcore device create lamp'],
    [['register', '--help'], '--template <file>'],
    [['certificates', 'revoke', '--help'], '--thing <name>'],
  ])('explains itself with examples: %j', async (args, text) => {
    const { code, out } = await runWith(...args);
    expect(code).toBe(0);
    expect(out).toContain(text);
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['fly']],
    ['an unknown option', ['things', 'list', '--colour']],
    ['a limit that is no number', ['things', 'list', '--limit', 'many']],
    ['an attribute without a value', ['device', 'create', 'lamp', '--attribute', 'site']],
    ['a file without a template', [...NOWHERE, 'register', 'things.jsonl', '--endpoint', 'http://x', '--api-key', 'k']],
    ['an id and a thing', ['certificates', 'revoke', 'abc', '--thing', 'lamp']],
    ['an address that is none', ['endpoints', '--endpoint', 'nowhere', '--api-key', 'k']],
  ])('refuses %s with exit code 2, in words and in JSON', async (_name, args) => {
    const people = await runWith(...args);
    expect([people.code, people.out]).toEqual([2, '']);
    expect(people.err).not.toMatch(/\n\s+at /);
    const program = await runWith(...args, '--json');
    expect(program.code).toBe(2);
    expect(Object.keys(JSON.parse(program.err) as object)).toEqual(['error']);
  });

  it('says what to do when no platform runs there', async () => {
    const { code, err } = await runWith(...NOWHERE, 'things', 'list');
    expect(code).toBe(3);
    expect(err).toContain('--endpoint');
  });

  it('says so when nobody answers at the address', async () => {
    const args = ['things', 'list', '--endpoint', 'http://127.0.0.1:1', '--api-key', 'k', '--json'];
    const { code, err } = await runWith(...args);
    expect(code).toBe(3);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'Unreachable' } });
  });
});

describe('addresses', () => {
  it.each([
    ['http://localhost:3000', 'http://localhost:3000/graphql'],
    ['https://iot.example.com/', 'https://iot.example.com/graphql'],
    ['https://example.com/iot/graphql', 'https://example.com/iot/graphql'],
  ])('of the API may be given as %s', (given, url) => {
    expect(graphqlUrlOf(given)).toBe(url);
  });

  it('of MQTT come from the command line, the data directory, or the host of the API', () => {
    const instance = { graphqlUrl: 'https://iot.example.com/graphql', apiKey: 'k', endpoints: {} };
    expect(mqttsUrlOf(instance, undefined)).toBe('mqtts://iot.example.com:8883');
    expect(mqttsUrlOf({ ...instance, endpoints: { mqtts: 'mqtts://localhost:4711' } }, undefined)).toBe(
      'mqtts://localhost:4711',
    );
    expect(mqttsUrlOf(instance, 'mqtts://mqtt.example.com')).toBe('mqtts://mqtt.example.com:8883');
    expect(() => mqttsUrlOf(instance, 'mqtt://mqtt.example.com')).toThrow('--mqtt-endpoint');
  });
});

describe('what commands make', () => {
  it('is a line that publishes with the files of a bundle', () => {
    expect(publishLine({ thingName: 'lamp', mqttsUrl: 'mqtts://iot.example.com:8883' })).toBe(
      `mosquitto_pub -h iot.example.com -p 8883 --cafile ca.pem --cert certificate.pem --key private.key -i lamp -q 1 -t telemetry/lamp -m '{"hello":"world"}'`,
    );
  });

  it('is a reading for each line of the example data', () => {
    const text = 'timestamp,value\n2013-12-02 21:15:00,73.9\n2013-12-02 21:20:00,-1\n';
    expect(readingsOf(text, 1)).toEqual([{ sequence: 1, takenAt: '2013-12-02 21:15:00', temperature: 73.9 }]);
    expect(readingsOf(text, 9)).toHaveLength(2);
    expect(() => readingsOf('timestamp,value\nx', 1)).toThrow('Line 2');
  });
});
