import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { waitFor } from '#thingcore/testing';
import type { DeviceCertificate } from '../application.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { POLICY_NAME, type World } from '../world.js';
import { closedWithin, ELSEWHERE, openSecure, openSocket } from './edge-sockets.js';

/** A socket may be silent for 10 s; HTTP looks every 5 s. */
const SILENCE_MS = 17_000;

/** What this product lets go on at a time: TLS handshakes of one address. */
const HANDSHAKES = 200;

const GARBAGE = 50;
const GARBAGE_BYTES = 20_000;

/** What a CONNECT packet begins with, and no more. */
const HALF_A_CONNECT = Buffer.from([0x10, 0x20, 0, 4, 0x4d, 0x51]);

/** What attackers do to ports of the broker, and what everybody else sees of it. */
export function describeHostileStory(worldOf: () => World): void {
  describe('under attack', () => {
    const endpoints = () => worldOf().product.endpoints;
    let certificate: DeviceCertificate;

    const residentBytes = async () => {
      const text = await (await fetch(endpoints().metrics)).text();
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
    };

    /** Whether a device gets in and has a message come back. */
    const expectService = async () => {
      const identity = { clientId: 'edge-victim', url: endpoints().mqtts, certificate };
      // AWS IoT quotas: a client id connects once a second.
      const device = await waitFor(() => connectMqttjs(identity), { what: 'the device', intervalMs: 300 });
      await device.subscribe('commands/edge-victim');
      await device.publish('commands/edge-victim', { ping: true });
      await device.inbox.find(({ payload }) => payload.includes('ping'), 'the own message');
      await device.disconnect();
    };

    beforeAll(async () => {
      certificate = await worldOf().application.provision('edge-victim', POLICY_NAME);
    });

    it('sockets that say nothing, or too little, are closed', async () => {
      const { mqtt, mqtts, ws, https, wss } = endpoints();
      const upgrade = [
        'GET /mqtt HTTP/1.1',
        'Host: localhost',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Protocol: mqtt',
      ];
      const saying = (socket: Socket, bytes: Buffer | string) => {
        socket.write(bytes);
        return socket;
      };
      const sockets: Record<string, Socket> = {
        'no CONNECT': openSocket(mqtt),
        'half a CONNECT': saying(openSocket(mqtt), HALF_A_CONNECT),
        'no ClientHello': openSocket(mqtts),
        'half a ClientHello': saying(openSocket(https), Buffer.from([0x16, 3, 1, 2, 0])),
        'no CONNECT over TLS': await openSecure(mqtts, certificate),
        'no CONNECT by ALPN': await openSecure(https, certificate, { ALPNProtocols: ['mqtt'] }),
        'no request': openSocket(ws),
        'half a request': saying(openSocket(ws), upgrade.slice(0, 3).join('\r\n')),
        'no request over TLS': await openSecure(https, certificate),
        'no CONNECT over WebSocket': saying(openSocket(ws), `${upgrade.join('\r\n')}\r\n\r\n`),
        'no CONNECT over secure WebSocket': saying(
          await openSecure(wss, certificate),
          `${upgrade.join('\r\n')}\r\n\r\n`,
        ),
      };
      const outcomes = await Promise.all(
        Object.entries(sockets).map(async ([name, socket]) => {
          const ms = await closedWithin(socket, SILENCE_MS).catch(() => Infinity);
          return [name, ms < SILENCE_MS ? 'closed' : 'open'];
        }),
      );
      expect(outcomes).toEqual(Object.keys(sockets).map((name) => [name, 'closed']));
    });

    it.each(['mqtts', 'https'] as const)(
      'a flood of handshakes of one address at the port of %s is refused before TLS, and keeps nobody else out',
      async (port) => {
        const flood = Array.from({ length: 2 * HANDSHAKES }, () =>
          openSocket(endpoints()[port], { localAddress: ELSEWHERE }),
        );
        try {
          const refused = () => flood.filter(({ closed }) => closed).length;
          for (const socket of flood) socket.resume();
          await waitFor(() => refused() >= HANDSHAKES, { what: 'half of the sockets to be refused' });
          expect(refused()).toBe(HANDSHAKES);
          await expect(openSecure(endpoints()[port], certificate, { localAddress: ELSEWHERE })).rejects.toThrow();
          await expectService();
        } finally {
          for (const socket of flood) socket.destroy();
        }
        await waitFor(
          async () => (await openSecure(endpoints()[port], certificate, { localAddress: ELSEWHERE })).destroy(),
          { what: 'the address to be let in again' },
        );
      },
    );

    it('garbage ends its own connection and nothing else, and no memory stays with it', async () => {
      const { mqtt, mqtts, ws, https } = endpoints();
      const throwGarbage = async () => {
        const sockets: Socket[] = [];
        for (let n = 0; n < GARBAGE; n++) {
          const url = [mqtt, mqtts, ws, https][n % 4] as string;
          const socket = n % 8 < 4 ? openSocket(url) : await openAny(url);
          socket.write(randomBytes(GARBAGE_BYTES));
          sockets.push(socket);
        }
        await Promise.all(sockets.map((socket) => closedWithin(socket, SILENCE_MS)));
      };
      /** Through the handshake where there is one. */
      const openAny = (url: string) =>
        url.startsWith('mqtts') || url.startsWith('https') ? openSecure(url, certificate) : openSocket(url);
      await throwGarbage();
      const before = await residentBytes();
      for (let round = 0; round < 5; round++) await throwGarbage();
      await expectService();
      expect((await residentBytes()) - before).toBeLessThan(50e6);
    });

    it('a client id that comes again and again is refused as the profile says, and its owner gets in again', async () => {
      const url = endpoints().mqtt;
      const attempt = () =>
        connectMqttjs({ clientId: 'edge-restless', url }, { protocolVersion: 5 }).then(
          async (device) => {
            await device.disconnect();
            return 'in';
          },
          (error: { code?: number }) => error.code,
        );
      const answers = [];
      for (let n = 0; n < 20 && answers.at(-1) !== 0x97; n++) answers.push(await attempt());
      expect(answers.slice(0, 3)).toEqual(['in', 'in', 'in']);
      expect(answers.at(-1)).toBe(0x97);
      // MQTT 3.1.1 has no code for it.
      const old = connectMqttjs({ clientId: 'edge-restless', url }, { protocolVersion: 4 });
      await expect(old).rejects.not.toMatchObject({ code: expect.any(Number) });
      const back = await waitFor(() => connectMqttjs({ clientId: 'edge-restless', url }, { protocolVersion: 5 }), {
        what: 'a second to be over',
        intervalMs: 300,
      });
      await back.disconnect();
    });

    it('the metrics say what was refused', async () => {
      const text = await (await fetch(endpoints().metrics)).text();
      const counted = [...text.matchAll(/^thingcore_broker_throttled_total\{what="(\w+)"\} (\d+)/gm)];
      expect(Object.fromEntries(counted.map(([, what, count]) => [what, Number(count) > 0]))).toMatchObject({
        socket: true,
        connect: true,
      });
    });
  });

  it('a socket that never speaks does not hold the product back when it stops', async () => {
    const silent = openSocket(worldOf().product.endpoints.mqtt);
    await once(silent, 'connect');
    const idle = await openSecure(worldOf().product.endpoints.https, await worldOf().application.createCertificate());
    const goodbyes = [closedWithin(silent, 20_000), closedWithin(idle, 20_000)];
    const { code, durationMs } = await worldOf().product.stop();
    expect(code).toBe(0);
    expect(durationMs).toBeLessThan(5_000);
    await Promise.all(goodbyes);
  });
}
