import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { generate, type IConnackPacket, parser } from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';
import type { DeviceCertificate } from '../application.js';
import { connectAwsSdk } from '../devices/aws-sdk-device.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { POLICY_NAME, type World } from '../world.js';
import { closedWithin, openSecure } from './edge-sockets.js';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const ANCIENT = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

/** Connects on a TLS connection as version 5 of MQTT does; resolves with the CONNACK. */
async function connectOn(socket: TLSSocket, clientId: string): Promise<IConnackPacket> {
  const packets = parser({ protocolVersion: 5 });
  socket.on('data', (bytes: Buffer) => packets.parse(bytes));
  const answered = once(packets, 'packet') as Promise<[IConnackPacket]>;
  const gone = once(socket, 'close').then(() => Promise.reject(new Error('The connection was closed')));
  socket.write(
    generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId, clean: true, keepalive: 60 }),
  );
  const [connack] = await Promise.race([answered, gone]);
  return connack;
}

/** Devices over TLS: versions, sessions that are resumed, ports that are told apart by ALPN. AWS: protocols. */
export function describeTlsStory(worldOf: () => World): void {
  const endpoints = () => worldOf().product.endpoints;

  describe.each(VERSIONS)('over %s', (version) => {
    const thing = `edge-${version.replace('.', '-')}`;
    const options = { minVersion: version, maxVersion: version };
    let certificate: DeviceCertificate;

    beforeAll(async () => {
      certificate = await worldOf().application.provision(thing, POLICY_NAME);
    });

    /** Begins a session at the port of MQTT. */
    const beginSession = async () => {
      const socket = await openSecure(endpoints().mqtts, certificate, options);
      const tickets: Buffer[] = [];
      socket.on('session', (ticket: Buffer) => tickets.push(ticket));
      await connectOn(socket, thing);
      const session = await waitFor(() => tickets.at(-1) ?? socket.getSession(), { what: 'a session' });
      socket.destroy();
      return session;
    };

    it('a device connects, and resumes its session as who it was', async () => {
      const session = await beginSession();
      const resume = async () => {
        const socket = await openSecure(endpoints().mqtts, certificate, { ...options, session });
        const tls = [socket.isSessionReused(), socket.getProtocol()];
        const { reasonCode } = await connectOn(socket, thing);
        socket.destroy();
        return reasonCode === 0 && tls;
      };
      // AWS IoT quotas: a client id connects once a second.
      const resumed = await waitFor(resume, { what: 'the device to be let in', intervalMs: 300 });
      expect(resumed).toEqual([true, version]);
      const impostor = await openSecure(endpoints().mqtts, certificate, { ...options, session });
      expect(await connectOn(impostor, 'somebody-else')).toMatchObject({ reasonCode: 0x87 });
      impostor.destroy();
    });

    it('a session that began at the port of MQTT is resumed at that of HTTPS', async () => {
      const socket = await openSecure(endpoints().https, certificate, { ...options, session: await beginSession() });
      expect(socket.isSessionReused()).toBe(true);
      socket.write(`POST /topics/telemetry/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
      // Its policy names a thing, and over HTTP there is none: it is known, and may not.
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 403/);
      socket.destroy();
    });

    it('a session of a certificate that is revoked meanwhile is good for nothing', async () => {
      const session = await beginSession();
      const { application } = worldOf();
      await application.setStatus(certificate.certificateId, 'REVOKED');
      const socket = await openSecure(endpoints().mqtts, certificate, { ...options, session });
      expect(socket.isSessionReused()).toBe(true);
      await expect(connectOn(socket, thing)).rejects.toThrow('closed');
    });
  });

  it.each(['mqtts', 'https'] as const)('nobody speaks older versions of TLS at the port of %s', async (port) => {
    const certificate = await worldOf().application.createCertificate();
    await expect(openSecure(endpoints()[port], certificate, ANCIENT)).rejects.toThrow('alert protocol version');
  });

  it.each(['mqtts', 'https'] as const)('a protocol that nobody knows is refused at the port of %s', async (port) => {
    const certificate = await worldOf().application.createCertificate();
    await expect(openSecure(endpoints()[port], certificate, { ALPNProtocols: ['h2'] })).rejects.toThrow(
      'no application protocol',
    );
  });

  // AWS: protocols, port 443: MQTT and HTTPS at one port, told apart by what the client offers by ALPN.
  describe('at the port of HTTPS', () => {
    const provision = (thing: string) => worldOf().application.provision(thing, POLICY_NAME);

    it.each(['x-amzn-mqtt-ca', 'mqtt'])('mqtt.js speaks MQTT with %s', async (protocol) => {
      const clientId = `edge-alpn-${protocol}`;
      const certificate = await provision(clientId);
      const url = endpoints().https.replace('https:', 'mqtts:');
      const device = worldOf().keep(await connectMqttjs({ clientId, url, certificate }, { ALPNProtocols: [protocol] }));
      await device.subscribe(`commands/${clientId}`);
      await worldOf().application.publish(`commands/${clientId}`, { on: true });
      await device.inbox.find(({ payload }) => payload.includes('on'), 'the command');
    });

    it.each(['mqtt311', 'mqtt5'] as const)('aws-iot-device-sdk-v2 speaks MQTT, %s', async (transport) => {
      const clientId = `edge-sdk-${transport}`;
      const certificate = await provision(clientId);
      const device = worldOf().keep(await connectAwsSdk(transport, { clientId, url: endpoints().https, certificate }));
      await device.subscribe(`commands/${clientId}`);
      await worldOf().application.publish(`commands/${clientId}`, { on: true });
      await device.inbox.find(({ payload }) => payload.includes('on'), 'the command');
    });

    it.each(['x-amzn-http-ca', 'http/1.1'])('a device speaks HTTP with %s', async (protocol) => {
      const socket = await openSecure(endpoints().https, await provision(`edge-${protocol.replace(/\W/g, '-')}`), {
        ALPNProtocols: [protocol],
      });
      expect(socket.alpnProtocol).toBe(protocol);
      socket.write('GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n');
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 404/);
      socket.destroy();
    });
  });

  it('a device that shows no certificate is closed without a word at the port of MQTT', async () => {
    const socket = await openSecure(endpoints().mqtts, { caPem: worldOf().product.ca });
    const heard: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => heard.push(bytes));
    await closedWithin(socket, 5_000);
    expect(heard).toEqual([]);
  });
}
