import { randomBytes } from 'node:crypto';
import { waitFor } from '#thingcore/testing';
import type { DeviceCertificate } from '../application.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { POLICY_NAME, type World } from '../world.js';
import { closedWithin, openSecure, openSocket, readFirst, readToEnd } from './edge-sockets.js';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A request that is answered with a WebSocket, but for what a test changes. */
function upgradeRequest(
  changes: Readonly<Record<string, string | undefined>> = {},
  line = 'GET /mqtt HTTP/1.1',
): string {
  const headers = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Protocol': 'mqtt',
    ...changes,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `${[line, ...lines].join('\r\n')}\r\n\r\n`;
}

/** A frame of a client, whose mask of zeros leaves its bytes as they are. */
function frame(opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | 126;
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Devices and tools that speak MQTT over WebSocket. AWS: protocols, MQTT over WSS; MQTT 5, 6. */
export function describeWebSocketStory(worldOf: () => World): void {
  describe('over WebSocket', () => {
    let certificate: DeviceCertificate;

    beforeAll(async () => {
      certificate = await worldOf().application.provision('edge-browser', POLICY_NAME);
    });

    it.each([4, 5] as const)('a tool of this machine speaks version %d of the protocol', async (protocolVersion) => {
      const { ws } = worldOf().product.endpoints;
      const tool = worldOf().keep(
        await connectMqttjs({ clientId: `edge-tool-${protocolVersion}`, url: ws }, { protocolVersion }),
      );
      await tool.subscribe(`edge/ws/${protocolVersion}`);
      const large = randomBytes(60_000).toString('hex');
      await tool.publish(`edge/ws/${protocolVersion}`, 'small');
      await tool.publish(`edge/ws/${protocolVersion}`, large);
      await waitFor(() => tool.inbox.items.length === 2, { what: 'both messages' });
      expect(tool.inbox.items.map(({ payload }) => payload)).toEqual(['small', large]);
    });

    it('a device with a certificate is who that says, and meets those of the other ports', async () => {
      const { application, product } = worldOf();
      const identity = { clientId: 'edge-browser', url: product.endpoints.wss, certificate };
      const device = worldOf().keep(await connectMqttjs(identity, { protocolVersion: 5 }));
      await device.subscribe('commands/edge-browser');
      await application.publish('commands/edge-browser', { to: 'you' });
      await device.inbox.find(({ payload }) => payload.includes('you'), 'the command');
      await expect(device.publish('commands/somebody-else', {})).rejects.toMatchObject({ code: 0x87 });
      const impostor = { clientId: 'somebody-else', url: product.endpoints.wss, certificate };
      await expect(connectMqttjs(impostor, { protocolVersion: 5 })).rejects.toMatchObject({ code: 0x87 });
    });

    it('nobody gets in without a certificate on the secure port', async () => {
      const { product } = worldOf();
      const attempt = connectMqttjs({ clientId: 'edge-nobody', url: product.endpoints.wss }, { ca: product.ca });
      await expect(attempt).rejects.toThrow();
      const socket = await openSecure(product.endpoints.wss, { caPem: product.ca });
      socket.write(upgradeRequest());
      expect((await readToEnd(socket)).toString()).toMatch(/^HTTP\/1.1 403 /);
    });

    it.each([
      ['another path', upgradeRequest({}, 'GET /other HTTP/1.1'), 404],
      ['a web page of elsewhere', upgradeRequest({ Origin: 'https://evil.example.com' }), 403],
      ['a page in a sandbox', upgradeRequest({ Origin: 'null' }), 403],
      ['another subprotocol', upgradeRequest({ 'Sec-WebSocket-Protocol': 'chat' }), 400],
      ['no subprotocol', upgradeRequest({ 'Sec-WebSocket-Protocol': undefined }), 400],
      ['no key', upgradeRequest({ 'Sec-WebSocket-Key': undefined }), 400],
      ['another version of WebSocket', upgradeRequest({ 'Sec-WebSocket-Version': '7' }), 400],
      ['another upgrade', upgradeRequest({ Upgrade: 'h2c' }), 400],
      ['another method', upgradeRequest({}, 'POST /mqtt HTTP/1.1'), 405],
      ['no upgrade at all', 'GET /mqtt HTTP/1.1\r\nHost: x\r\n\r\n', 426],
      ['a request that is none', 'MQTT is not HTTP\r\n\r\n', 400],
    ])('%s is refused, on both ports', async (_name, request, status) => {
      const { ws, wss } = worldOf().product.endpoints;
      for (const socket of [openSocket(ws), await openSecure(wss, certificate)]) {
        socket.write(request);
        expect((await readFirst(socket)).toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        socket.destroy();
      }
    });

    it('headers without an end close the connection', async () => {
      const socket = openSocket(worldOf().product.endpoints.ws);
      socket.write(`GET /mqtt HTTP/1.1\r\n${'X-Y: z\r\n'.repeat(10_000)}`);
      await closedWithin(socket, 5_000);
    });

    it('a page of this machine gets in', async () => {
      const socket = openSocket(worldOf().product.endpoints.ws);
      socket.write(upgradeRequest({ Origin: 'http://localhost:3000' }));
      expect((await readFirst(socket)).toString()).toMatch(/^HTTP\/1.1 101/);
      socket.destroy();
    });

    it.each([
      // [MQTT-6.0.0-1]
      ['a text frame', frame(1, Buffer.from('hello')), 1003],
      ['a frame without a mask', Buffer.from([0x82, 1, 0]), 1002],
      ['an unknown kind of frame', frame(3, Buffer.from('x')), 1002],
      ['a frame that announces a gigabyte', Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]), 1009],
    ])('%s ends the connection with the reason', async (_name, bytes, code) => {
      const socket = openSocket(worldOf().product.endpoints.ws);
      socket.write(upgradeRequest());
      await readFirst(socket);
      const rest = readToEnd(socket);
      socket.write(bytes);
      const closing = await rest;
      expect([closing[0], closing.readUInt16BE(2)]).toEqual([0x88, code]);
    });
  });
}
