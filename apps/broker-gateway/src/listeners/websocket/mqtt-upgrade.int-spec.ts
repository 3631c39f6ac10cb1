import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { waitFor } from '#thingcore/testing';
import { WebSocket } from 'ws';
import { MqttUpgrade, type WebSocketRules } from './mqtt-upgrade.js';

const RULES = { packetBytes: 149_504, closeFrameIsDisconnect: true, origins: [] };

/** A server of MQTT streams and nothing behind it. */
class StreamServer {
  readonly streams: Duplex[] = [];
  readonly upgrades: MqttUpgrade;
  private readonly server: Server;

  constructor(rules: Partial<WebSocketRules> = {}) {
    this.upgrades = new MqttUpgrade({ ...RULES, ...rules }, (stream) => this.streams.push(stream));
    this.server = createServer().on('upgrade', (request, socket, head) =>
      this.upgrades.upgrade(request, socket, head, { principal: 'anonymous', sourceIp: '127.0.0.1' }),
    );
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.upgrades.start();
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async open(options = {}): Promise<{ client: WebSocket; stream: Duplex }> {
    const client = new WebSocket(`ws://127.0.0.1:${this.port}/mqtt`, 'mqtt', options);
    client.on('error', () => undefined);
    await once(client, 'open');
    return { client, stream: await waitFor(() => this.streams.shift(), { what: 'a stream' }) };
  }

  async stop(): Promise<void> {
    this.upgrades.stop();
    for (const stream of this.streams) stream.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('an MQTT stream over WebSocket', () => {
  let server: StreamServer;

  const startWith = async (rules: Partial<WebSocketRules> = {}) => {
    server = new StreamServer(rules);
    await server.start();
    return server.open();
  };

  afterEach(() => server.stop());

  it('carries bytes whatever frames they come in [MQTT-6.0.0-2]', async () => {
    const { client, stream } = await startWith({ closeFrameIsDisconnect: false });
    client.send(Buffer.from([1, 2]));
    client.send(Buffer.from([3]));
    client.close();
    expect(await readAll(stream)).toEqual(Buffer.from([1, 2, 3]));
  });

  it('writes binary frames [MQTT-6.0.0-1]', async () => {
    const { client, stream } = await startWith();
    stream.write(Buffer.from([0xd0, 0]));
    expect(await once(client, 'message')).toEqual([Buffer.from([0xd0, 0]), true]);
    stream.destroy();
  });

  // AWS IoT lifecycle events: the Close frame is a goodbye like a DISCONNECT packet.
  it('takes a Close frame for a DISCONNECT packet where the profile says so', async () => {
    const { client, stream } = await startWith();
    client.send(Buffer.from([0xc0, 0]));
    client.close(1001);
    expect(await readAll(stream)).toEqual(Buffer.from([0xc0, 0, 0xe0, 0]));
  });

  it('takes a socket that breaks for nothing but the end', async () => {
    const { client, stream } = await startWith();
    client.terminate();
    expect(await readAll(stream)).toEqual(Buffer.alloc(0));
  });

  it('ends a connection that sends text, and says why [MQTT-6.0.0-1]', async () => {
    const { client, stream } = await startWith();
    const failed = once(stream, 'error');
    client.send('MQTT');
    expect((await once(client, 'close'))[0]).toBe(1003);
    expect(((await failed) as [Error])[0].message).toBe('a text frame instead of a binary one');
  });

  it('ends a connection that sends more in one message than a packet may have', async () => {
    const { client, stream } = await startWith();
    const failed = once(stream, 'error');
    client.send(Buffer.alloc(1_048_577));
    expect((await once(client, 'close'))[0]).toBe(1009);
    await failed;
  });

  it('ends a connection that sends frames which are none', async () => {
    const { client, stream } = await startWith();
    const failed = once(stream, 'error');
    (client as unknown as { _socket: Socket })._socket.write(Buffer.from('not a frame at all'));
    expect((await once(client, 'close'))[0]).toBe(1002);
    await failed;
  });

  it('holds back a client as long as nobody reads', async () => {
    const { client, stream } = await startWith({ closeFrameIsDisconnect: false });
    const chunk = Buffer.alloc(100_000);
    for (let n = 0; n < 200; n++) client.send(chunk);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stream.readableLength).toBeLessThan(1_000_000);
    expect(client.bufferedAmount).toBeGreaterThan(1_000_000);
    client.close();
    expect(await readAll(stream)).toHaveLength(20_000_000);
  });

  it('is held back by a client that does not read', async () => {
    const { client, stream } = await startWith();
    client.pause();
    const chunk = Buffer.alloc(1_000_000);
    for (let n = 0; n < 20; n++) stream.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stream.writableLength).toBeGreaterThan(1_000_000);
    let received = 0;
    client.on('message', (data: Buffer) => (received += data.length));
    client.resume();
    await waitFor(() => received === 20_000_000, { what: 'all that was written' });
    expect(stream.writableLength).toBe(0);
    stream.destroy();
  });

  it('answers pings, but not of a client that does not read the answers', async () => {
    const { client, stream } = await startWith();
    client.ping('hello');
    expect(await once(client, 'pong')).toEqual([Buffer.from('hello')]);
    client.pause();
    for (let n = 0; n < 50_000; n++) client.ping(Buffer.alloc(125));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const socket = (stream as unknown as { socket: WebSocket }).socket;
    expect(socket.bufferedAmount).toBeLessThan(100_000);
    stream.destroy();
  });

  it('ends a connection whose other side does not answer pings, and no other', async () => {
    const { client: dead, stream } = await startWith({ pulseMs: 100, closeFrameIsDisconnect: false });
    const { client: alive, stream: other } = await server.open();
    dead.pause();
    const [error] = (await once(stream, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ETIMEDOUT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(other.destroyed).toBe(false);
    expect(server.upgrades.size).toBe(1);
    alive.close();
    await readAll(other);
    dead.terminate();
  });

  it('closes politely, and is done even if the other side does not answer', async () => {
    const { client, stream } = await startWith();
    stream.end(Buffer.from([1]));
    stream.resume();
    expect((await once(client, 'close'))[0]).toBe(1000);
    const { client: mute, stream: other } = await server.open();
    mute.pause();
    other.destroy();
    await once((other as unknown as { socket: WebSocket }).socket, 'close');
    mute.terminate();
    await waitFor(() => server.upgrades.size === 0, { what: 'all streams to be forgotten' });
  });
});

describe('a request for a WebSocket', () => {
  const server = new StreamServer();

  beforeAll(() => server.start());
  afterAll(() => server.stop());

  const answerTo = async (path: string, headers: Record<string, string>): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1');
    const lines = Object.entries({
      Host: 'localhost',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return data.toString();
  };
  const mqtt = { 'Sec-WebSocket-Protocol': 'mqtt' };

  it.each([
    ['that offers mqtt', '/mqtt', mqtt, '101', 'Sec-WebSocket-Protocol: mqtt\r\n'],
    ['with a query', '/mqtt?x=1', mqtt, '101', 'Sec-WebSocket-Protocol: mqtt\r\n'],
    ['of an older client', '/mqtt', { 'Sec-WebSocket-Protocol': 'mqttv3.1' }, '101', 'Protocol: mqttv3.1\r\n'],
    [
      'that prefers the older name',
      '/mqtt',
      { 'Sec-WebSocket-Protocol': 'mqttv3.1, mqtt' },
      '101',
      'Protocol: mqtt\r\n',
    ],
    ['of a page of this machine', '/mqtt', { ...mqtt, Origin: 'http://localhost:5173' }, '101', ''],
    ['of a page of elsewhere', '/mqtt', { ...mqtt, Origin: 'https://evil.example' }, '403', 'THINGCORE_WS_ORIGINS'],
    ['to another path', '/', mqtt, '404', 'MQTT over WebSocket is at /mqtt'],
    ['without a subprotocol [MQTT-6.0.0-3]', '/mqtt', {}, '400', 'must offer the WebSocket subprotocol "mqtt"'],
    ['for another subprotocol', '/mqtt', { 'Sec-WebSocket-Protocol': 'wamp' }, '400', 'subprotocol "mqtt"'],
    ['of an unknown version', '/mqtt', { ...mqtt, 'Sec-WebSocket-Version': '99' }, '4', ''],
  ])('%s is answered', async (_name, path, headers, status, text) => {
    const answer = await answerTo(path, headers);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    expect(answer).toContain(text);
  });
});
