import { spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, makeTempDir, waitFor } from '#thingcore/testing';
import { connectMqttjs } from './support/devices/mqttjs-device.js';
import { type Product, startStandalone } from './support/product.js';

const LINES = 600;

const BAD_LINES = [7, 300, 599];

const TEMPLATE = {
  Parameters: { Name: { Type: 'String' }, Certificate: { Type: 'String' } },
  Resources: {
    thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'Name' } } },
    certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: { Ref: 'Certificate' } } },
  },
};

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Task {
  readonly id: string;
  readonly status: string;
  readonly successCount: number;
  readonly failureCount: number;
}

// One product for the whole story, which is killed in the middle of it.
describe('the command line of operators', () => {
  const settings: Record<string, string> = {};
  let product: Product;
  let folder: string;

  const start = async (dataDirectory?: string) => {
    product = await startStandalone({ settings, ...(dataDirectory !== undefined && { dataDirectory }) });
  };

  beforeAll(async () => {
    folder = await makeTempDir('command-line-');
    // As in real life the platform comes back where it was.
    settings['THINGCORE_HTTP_PORT'] = String(await freePort());
    await start();
  });

  afterAll(() => product?.dispose());

  /** Runs the program as a person would, in the folder of the test. */
  function thingcore(...args: string[]): Promise<Ended> & { stderrSoFar: () => string } {
    const main = join(process.cwd(), 'dist/apps/cli/src/main.js');
    const child = spawn(process.execPath, [main, '--data-dir', product.dataDirectory, ...args], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
    return Object.assign(ended, { stderrSoFar: () => stderr });
  }

  async function json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await thingcore('--json', ...args);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as T;
  }

  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const readLines = async (name: string) =>
    (await read(name))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { lineNumber: number; errorCode: string; errorMessage: string });

  let certificateId = '';

  it('makes a device that connects with the files of its bundle, and a folder that is never overwritten', async () => {
    const made = await json<{ certificateId: string; mqttsUrl: string; files: Record<string, string> }>(
      ...['device', 'create', 'lamp', '--attribute', 'site=hall-2', '--key-type', 'EC_P256'],
    );
    ({ certificateId } = made);
    expect((await stat(join(folder, 'lamp/private.key'))).mode & 0o777).toBe(0o600);
    expect(await read('lamp/README.md')).toContain('mosquitto_pub -h localhost');
    const [certificatePem, privateKey, caPem] = await Promise.all(
      ['certificate.pem', 'private.key', 'ca.pem'].map((name) => read(`lamp/${name}`)),
    );
    const device = await connectMqttjs({
      clientId: 'lamp',
      url: made.mqttsUrl,
      certificate: { certificatePem: certificatePem ?? '', privateKey: privateKey ?? '', caPem: caPem ?? '' },
    });
    await device.publish('telemetry/lamp', { on: true });
    await device.disconnect();
    const again = await thingcore('device', 'create', 'lamp');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('--out');
  });

  it('lists things and certificates, for people and for programs', async () => {
    const { things } = await json<{ things: object[] }>('things', 'list', '--prefix', 'la');
    expect(things).toEqual([expect.objectContaining({ name: 'lamp', attributes: { site: 'hall-2' }, type: null })]);
    expect((await thingcore('things', 'list')).stdout).toMatch(/^NAME .*\nlamp .*site=hall-2\n$/);
    const { certificates } = await json<{ certificates: object[] }>('certificates', 'list', '--status', 'ACTIVE');
    expect(certificates).toEqual([expect.objectContaining({ id: certificateId, status: 'ACTIVE' })]);
  });

  it('replays the example data as a device', async () => {
    const replayed = await json('replay', '--limit', '50', '--rate', '1000');
    expect(replayed).toMatchObject({ thingName: 'press-7', sent: 50, acknowledged: 50 });
  });

  it('registers in bulk what good lines say, though the platform is killed in the middle of it', async () => {
    const lineOf = (number: number) =>
      BAD_LINES.includes(number)
        ? `{"Name":"bad name ${number}","Certificate":"${certificateId}"}`
        : `{"Name":"bulk-${number}","Certificate":"${certificateId}"}`;
    const text = Array.from({ length: LINES }, (_, index) => `${lineOf(index + 1)}\n`).join('');
    await writeFile(join(folder, 'things.jsonl'), text);
    await writeFile(join(folder, 'template.json'), JSON.stringify(TEMPLATE));
    const files = ['--results', 'results.jsonl', '--errors', 'errors.jsonl'];
    const running = thingcore('register', 'things.jsonl', '--template', 'template.json', ...files);
    await waitFor(() => /InProgress: [1-9]\d? %/.test(running.stderrSoFar()), {
      what: 'the first lines',
      intervalMs: 5,
    });
    await product.kill();
    await start(product.dataDirectory);
    const ended = await running;
    expect(ended.stdout).toContain(`Completed: ${LINES - BAD_LINES.length} registered, ${BAD_LINES.length} failed.`);
    expect(ended.code).toBe(5);
    const errors = await readLines('errors.jsonl');
    expect(errors.map(({ lineNumber, errorCode }) => [lineNumber, errorCode])).toEqual(
      BAD_LINES.map((number) => [number, 'InvalidRequest']),
    );
    const results = await readLines('results.jsonl');
    expect(results.map(({ lineNumber }) => lineNumber)).toEqual(
      Array.from({ length: LINES }, (_, index) => index + 1).filter((number) => !BAD_LINES.includes(number)),
    );
    // A line that had counted twice would have changed its thing again.
    const { things } = await json<{ things: { version: number }[] }>(
      ...['things', 'list', '--prefix', 'bulk-', '--limit', '1000'],
    );
    expect(things).toHaveLength(LINES - BAD_LINES.length);
    expect(new Set(things.map(({ version }) => version))).toEqual(new Set([1]));
    const { tasks } = await json<{ tasks: Task[] }>('registrations', 'list');
    expect(tasks).toEqual([expect.objectContaining({ status: 'Completed', failureCount: BAD_LINES.length })]);
  });

  it('makes a template, and a claim that provisions with it', async () => {
    const Resources = {
      ...TEMPLATE.Resources,
      certificate: {
        Type: 'AWS::IoT::Certificate',
        Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' } },
      },
    };
    await writeFile(
      join(folder, 'fleet.json'),
      JSON.stringify({ Parameters: { Name: { Type: 'String' } }, Resources }),
    );
    await json('templates', 'create', 'pumps', 'fleet.json', '--enabled');
    const { templates } = await json<{ templates: object[] }>('templates', 'list');
    expect(templates).toEqual([expect.objectContaining({ name: 'pumps', enabled: true, defaultVersionId: 1 })]);
    await json('claims', 'create', 'pumps', '--out', 'claim');
    expect((await stat(join(folder, 'claim/private.key'))).mode & 0o777).toBe(0o600);
  });

  it('revokes the certificates of a thing', async () => {
    expect(await json('certificates', 'revoke', '--thing', 'lamp')).toEqual({ revoked: [certificateId] });
  });

  it('says in words and in JSON what is wrong, with an exit code for each kind', async () => {
    const unknown = await thingcore('certificates', 'revoke', '--thing', 'nothing', '--json');
    expect([unknown.code, unknown.stdout]).toEqual([1, '']);
    expect(JSON.parse(unknown.stderr)).toMatchObject({ error: { code: 'ResourceNotFound' } });
    const stranger = await thingcore('endpoints', '--api-key', 'no-key');
    expect(stranger.code).toBe(4);
    expect(stranger.stderr).toMatch(/^thingcore: .*API key/);
    expect(stranger.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
