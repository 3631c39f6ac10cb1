import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { accessKeyRevoked, type AccessRole } from '#thingcore/contracts';
import { Sha256 } from '#thingcore/sigv4';
import { WebSocket } from 'ws';
import { TestBroker } from '../../broker.fixture.js';
import { ACCESS_KEY_SECRET, registry } from '../../fake-registry.fixture.js';

const KEYS: Readonly<Record<AccessRole, string>> = {
  admin: 'AKIAADMINADMINADMINA',
  operator: 'AKIAOPERATOROPERATOR',
  viewer: 'AKIAVIEWERVIEWERVIEW',
};

interface Presigning {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly service?: string;
  readonly signingDate?: Date;
}

/** A presigned URL, made by the signer of the AWS SDKs. */
async function presigned(url: string, changes: Presigning = {}): Promise<string> {
  const { accessKeyId = KEYS.operator, secretAccessKey = ACCESS_KEY_SECRET, service = 'iotdevicegateway' } = changes;
  const { protocol, hostname, port, host } = new URL(url);
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
  });
  const { query = {} } = await signer.presign(
    { method: 'GET', protocol, hostname, port: Number(port), path: '/mqtt', query: {}, headers: { host } },
    { expiresIn: 60, signingDate: changes.signingDate ?? new Date() },
  );
  return `${url}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

/** The text of the next message that a client hears. */
function nextPayload(client: MqttClient): Promise<string> {
  return new Promise((resolve) => client.once('message', (_topic, payload) => resolve(payload.toString())));
}

describe('MQTT over a signed WebSocket', () => {
  let broker: TestBroker;
  const clients: MqttClient[] = [];

  beforeAll(async () => {
    for (const role of Object.keys(KEYS) as AccessRole[]) registry.accessKeys.set(KEYS[role], { role });
    broker = await TestBroker.start();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
  });

  afterAll(async () => {
    await broker.stop();
    registry.accessKeys.clear();
  });

  const open = async (url: string, options: IClientOptions = {}) => {
    const client = await connectAsync(
      url,
      { reconnectPeriod: 0, ca: registry.authorityPem, protocolVersion: 5, ...options },
      false,
    );
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };

  /** The answer to a request for a WebSocket that is refused. */
  const refusalOf = async (url: string) => {
    const socket = new WebSocket(url, 'mqtt', { ca: registry.authorityPem });
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return { status: response.statusCode, body };
  };

  it.each(['ws', 'wss'] as const)('lets the holder of a key publish and listen over %s', async (scheme) => {
    const client = await open(await presigned(broker.addresses[scheme]));
    await client.subscribeAsync(`signed/${scheme}`, { qos: 1 });
    const heard = nextPayload(client);
    await client.publishAsync(`signed/${scheme}`, 'on', { qos: 1 });
    expect(await heard).toBe('on');
  });

  // AWS: the token of a presigned WebSocket URL is appended after it was signed.
  it('takes a URL with a token that was appended after it was signed', async () => {
    const client = await open(`${await presigned(broker.addresses.wss)}&X-Amz-Security-Token=a%2Fb`);
    expect(client.connected).toBe(true);
  });

  it.each<[string, Presigning, RegExp]>([
    ['another secret', { secretAccessKey: 'wrong' }, /signature we calculated does not match/],
    ['a key of nobody', { accessKeyId: 'AKIANOBODYNOBODYNOBO' }, /security token .* is invalid/],
    ['a key that can be none', { accessKeyId: 'nobody' }, /security token .* is invalid/],
    ['the service of another API', { service: 'iotdata' }, /scoped to the service 'iotdevicegateway'/],
    ['a time long ago', { signingDate: new Date(Date.now() - 120_000) }, /Signature expired/],
  ])('refuses a URL that was signed with %s before it is a WebSocket', async (_name, changes, reason) => {
    for (const url of [broker.addresses.ws, broker.addresses.wss]) {
      const { status, body } = await refusalOf(await presigned(url, changes));
      expect([status, body]).toEqual([403, expect.stringMatching(reason)]);
    }
  });

  it('says that it cannot tell while the registry is away', async () => {
    registry.isAway = true;
    try {
      expect((await refusalOf(await presigned(broker.addresses.wss))).status).toBe(503);
    } finally {
      registry.isAway = false;
    }
  });

  it('lets viewers listen and not publish', async () => {
    const viewer = await open(await presigned(broker.addresses.wss, { accessKeyId: KEYS.viewer }));
    await viewer.subscribeAsync('news', { qos: 1 });
    const heard = nextPayload(viewer);
    const operator = await open(await presigned(broker.addresses.wss));
    await operator.publishAsync('news', 'on', { qos: 1 });
    expect(await heard).toBe('on');
    await expect(viewer.publishAsync('news', 'off', { qos: 1 })).rejects.toThrow('Not authorized');
  });

  it('lets no viewer leave a last will, which is a message', async () => {
    const url = await presigned(broker.addresses.wss, { accessKeyId: KEYS.viewer });
    await expect(open(url, { will: { topic: 'news', payload: Buffer.from('gone'), qos: 0 } })).rejects.toThrow(
      'Not authorized',
    );
  });

  it('ends the connections of a key that is revoked, and of no other', async () => {
    const accessKeyId = 'AKIAREVOKEDREVOKEDRE';
    registry.accessKeys.set(accessKeyId, { role: 'operator' });
    const stays = await open(await presigned(broker.addresses.wss));
    const ends = await open(await presigned(broker.addresses.wss, { accessKeyId }));
    const ended = new Promise((resolve) => ends.once('close', () => resolve(undefined)));
    registry.accessKeys.delete(accessKeyId);
    await broker.events.publish(accessKeyRevoked, { accessKeyId });
    await ended;
    expect([ends.connected, stays.connected]).toEqual([false, true]);
    expect((await refusalOf(await presigned(broker.addresses.wss, { accessKeyId }))).status).toBe(403);
  });

  it('leaves requests without a signature to the port they come to', async () => {
    const client = await open(broker.addresses.ws);
    expect(client.connected).toBe(true);
    expect((await refusalOf(broker.addresses.wss)).status).toBe(403);
  });
});
