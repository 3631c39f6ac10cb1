import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { Clock, Logger, RandomIdGenerator } from '#thingcore/platform';
import { createAuthority, createServerKeyAndCsr, issueServerCertificate } from '#thingcore/pki';
import { brokerConfig } from '../broker.fixture.js';
import { DeviceTls } from './device-tls.js';
import { TICKET_PERIOD_MS, TicketKeys } from './ticket-keys.js';

class TestClock extends Clock {
  time = 1_760_000_000_000;
  override now(): number {
    return this.time;
  }
}

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

describe('DeviceTls', () => {
  const clock = new TestClock();
  const servers: Server[] = [];
  let pair: { cert: string; key: string };

  /** A port of a node. */
  const listenAs = async (tls: DeviceTls) => {
    const server = createServer(await tls.options(), (socket) => socket.end('hello'));
    tls.follow(server);
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  const nodeWith = (tlsTicketSecret: string | undefined) => {
    const config = brokerConfig({ tlsTicketSecret });
    const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
    const certificates = { load: () => Promise.resolve(pair), renew: () => Promise.resolve(undefined) };
    return new DeviceTls(certificates as never, new TicketKeys(clock, new RandomIdGenerator(), config), logger, config);
  };

  /** Connects as a device that may have been here before. */
  const visit = async (port: number, version: (typeof VERSIONS)[number], session?: Buffer) => {
    const options = { minVersion: version, maxVersion: version, rejectUnauthorized: false, ...pair };
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', ...options, ...(session && { session }) });
    let ticket: Buffer | undefined;
    socket.on('session', (one) => (ticket = one));
    socket.resume();
    await once(socket, 'secureConnect');
    const isResumed = socket.isSessionReused();
    await once(socket, 'close');
    return { isResumed, session: ticket };
  };

  beforeAll(async () => {
    const now = new Date();
    const hostnames = ['localhost'];
    const authority = await createAuthority({ commonName: 'Test', organization: 'Test', now, validForDays: 1 });
    const { privateKeyPem, csrPem } = await createServerKeyAndCsr(hostnames);
    const notAfter = new Date(now.getTime() + 86_400_000);
    const certificate = { authority, csrPem, hostnames, notBefore: now, notAfter };
    pair = { cert: (await issueServerCertificate(certificate)).certificatePem, key: privateKeyPem };
  });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  describe.each(VERSIONS)('with %s', (version) => {
    it('resumes sessions at all ports of a node, and at other nodes only when they share the secret', async () => {
      const [own, shared] = [nodeWith(undefined), nodeWith('s'.repeat(32))];
      const [first, second] = [await listenAs(own), await listenAs(own)];
      const { session } = await visit(first, version);
      expect((await visit(second, version, session)).isResumed).toBe(true);
      const other = await listenAs(shared);
      expect((await visit(other, version, session)).isResumed).toBe(false);
      const { session: ofShared } = await visit(other, version);
      expect((await visit(await listenAs(nodeWith('s'.repeat(32))), version, ofShared)).isResumed).toBe(true);
    });

    it('resumes no session whose ticket was made with keys of before', async () => {
      const tls = nodeWith('s'.repeat(32));
      const port = await listenAs(tls);
      const { session } = await visit(port, version);
      clock.time += TICKET_PERIOD_MS;
      tls.renewTicketKeys();
      const { isResumed, session: next } = await visit(port, version, session);
      expect(isResumed).toBe(false);
      expect((await visit(port, version, next)).isResumed).toBe(true);
    });
  });
});
