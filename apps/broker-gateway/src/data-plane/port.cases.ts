import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { connectAsync } from 'mqtt';
import { replaceRuleFilters } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { WebSocket } from 'ws';
import { Neighbours } from '../broker.fixture.js';
import { arn, registry } from '../fake-registry.fixture.js';
import { dataPlaneOf, type DataPlaneUnderTest, deviceTlsOf } from './data-plane.fixture.js';

/** What the port does for whoever connects to it: TLS, the protocols by ALPN, WebSocket, bounds and the end. */
export function describePort(plane: DataPlaneUnderTest): void {
  const { ask, heardOn, secureSocket, listenWith } = plane;

  describe('the port', () => {
    it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s and resumes its sessions on another node', async (version) => {
      const options = { minVersion: version, maxVersion: version };
      const first = await secureSocket(options);
      first.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(first, 'data'); // with TLS 1.3 tickets come behind the handshake
      const session = first.getSession();
      first.destroy();
      const other = await listenWith();
      const second = await secureSocket({ ...options, session }, other);
      expect([second.isSessionReused(), second.getProtocol()]).toEqual([true, version]);
      // Whoever resumes a session is who began it.
      second.write('POST /topics/resumed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
      const [data] = (await once(second, 'data')) as [Buffer];
      expect(data.toString()).toContain('HTTP/1.1 200');
      second.destroy();
    });

    it('refuses older versions of TLS', async () => {
      const older = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      await expect(secureSocket(older)).rejects.toThrow();
    });

    it.each([['x-amzn-http-ca'], ['http/1.1'], [undefined]])('speaks HTTP with %s by ALPN', async (protocol) => {
      const socket = await secureSocket(protocol === undefined ? {} : { ALPNProtocols: [protocol] });
      socket.write('POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
      expect(String((await once(socket, 'data'))[0])).toContain('HTTP/1.1 200');
      socket.destroy();
    });

    // AWS: protocols, port 443
    it.each(['x-amzn-mqtt-ca', 'mqtt'])('speaks MQTT with %s by ALPN', async (protocol) => {
      const url = `mqtts://localhost:${plane.listener.port}`;
      const { key, cert } = plane.device;
      const client = await connectAsync(url, {
        key,
        cert,
        ca: registry.authorityPem,
        ALPNProtocols: [protocol],
        reconnectPeriod: 0,
      });
      await client.publishAsync('by/alpn', 'x', { qos: 1 });
      await client.endAsync(true);
    });

    it('speaks MQTT over secure WebSocket, as who the certificate says', async () => {
      const { key, cert } = await registry.addDevice([
        { Effect: 'Allow', Action: 'iot:Connect', Resource: arn('client/browser') },
        { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic/by/wss') },
      ]);
      const heard = await heardOn('by/wss');
      const url = `wss://localhost:${plane.listener.port}/mqtt`;
      const options = {
        protocolVersion: 5,
        clientId: 'browser',
        reconnectPeriod: 0,
        ca: registry.authorityPem,
      } as const;
      const client = await connectAsync(url, { ...options, key, cert });
      await client.publishAsync('by/wss', 'x', { qos: 1 });
      await waitFor(() => heard.length === 1, { what: 'the message' });
      await expect(client.publishAsync('elsewhere', 'x', { qos: 1 })).rejects.toThrow(/Not authorized/);
      await client.endAsync(true);
      const stranger = new WebSocket(url, 'mqtt', { ca: registry.authorityPem });
      stranger.on('error', () => undefined);
      const [, answer] = (await once(stranger, 'unexpected-response')) as [unknown, IncomingMessage];
      expect(answer.statusCode).toBe(403);
      stranger.terminate();
    });

    it('shows a renewed certificate from then on, whoever asked for it; connections stay', async () => {
      const tls = deviceTlsOf(plane.broker);
      const renewing = dataPlaneOf(plane.broker, {}, tls);
      await renewing.start();
      plane.listeners.push(renewing);
      const trusted = registry.authorityPem;
      const before = await secureSocket({ ca: trusted }, renewing);
      await registry.addAuthority();
      await tls.renewCertificate();
      const after = await secureSocket({ ca: trusted }, renewing);
      const serials = [before, after].map((socket) => socket.getPeerX509Certificate()!.serialNumber);
      expect(serials[0]).not.toBe(serials[1]);
      before.write('POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
      expect(String((await once(before, 'data'))[0])).toContain('HTTP/1.1 200');
      for (const socket of [before, after]) socket.destroy();
    });

    it('closes sockets before TLS when too many handshakes of an address are under way', async () => {
      const narrow = await listenWith({ handshakesPerAddress: 1 });
      const idle = connect(narrow.port, '127.0.0.1');
      await once(idle, 'connect');
      await waitFor(
        () =>
          secureSocket({}, narrow).then(
            (socket) => (socket.destroy(), false),
            () => true,
          ),
        {
          what: 'the refusal',
        },
      );
      idle.destroy();
      // One after the other they all get in: a handshake that is over counts no more.
      const socket = await waitFor(() => secureSocket({}, narrow).catch(() => undefined), { what: 'the next one' });
      // A connection that says nothing still counts as one whose handshake goes on; with its first request it is through.
      await expect(secureSocket({}, narrow)).rejects.toThrow();
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
      const next = await secureSocket({}, narrow);
      for (const open of [socket, next]) open.destroy();
    });

    it('counts a handshake that fails no longer', async () => {
      const narrow = await listenWith({ handshakesPerAddress: 2 });
      for (let n = 0; n < 20; n++) {
        const garbage = connect(narrow.port, '127.0.0.1');
        garbage.on('error', () => undefined);
        garbage.write('this is no TLS at all');
        await once(garbage, 'close');
      }
      const socket = await waitFor(() => secureSocket({}, narrow).catch(() => undefined), { what: 'a handshake' });
      socket.destroy();
    });

    it('finishes what is under way when it stops', async () => {
      const stopping = await listenWith();
      await plane.broker.rpc.call(replaceRuleFilters, { revision: 2, filters: ['slow'] });
      let release = () => undefined as void;
      let isHandedOver = false;
      Neighbours.beforeMatched = () => {
        isHandedOver = true;
        return new Promise<void>((resolve) => (release = resolve));
      };
      const answered = ask('POST', '/topics/slow?qos=1', { body: 'x', at: stopping });
      await waitFor(() => isHandedOver, { what: 'the hand-over to rules' });
      const stopped = stopping.stop();
      release();
      expect((await answered).status).toBe(200);
      await stopped;
      await expect(secureSocket({}, stopping)).rejects.toThrow();
    });
  });
}
