import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ConnectionOptions, connect, createServer, getCiphers, type Server, type TLSSocket } from 'node:tls';
import { createAuthority, createServerKeyAndCsr, issueServerCertificate } from '#thingcore/pki';
import { secureServerOptions } from './secure-server-options.js';

// Weak versions and ciphers are asked for on purpose: OpenSSL would not even offer them.
const ANY = 'ALL:@SECLEVEL=0';

describe('TLS as every listener for devices speaks it', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    const now = new Date();
    const hostnames = ['localhost'];
    const authority = await createAuthority({ commonName: 'Test', organization: 'Test', now, validForDays: 1 });
    const { privateKeyPem, csrPem } = await createServerKeyAndCsr(hostnames);
    const notAfter = new Date(now.getTime() + 86_400_000);
    const issued = await issueServerCertificate({ authority, csrPem, hostnames, notBefore: now, notAfter });
    const pair = { cert: issued.certificatePem, key: privateKeyPem };
    server = createServer(secureServerOptions(pair, Buffer.alloc(48, 1)), (socket) => {
      socket.on('error', () => undefined).resume();
    });
    server.on('tlsClientError', () => undefined);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => void server.close());

  /** Connects with these options; what was agreed on, or undefined. */
  async function agree(options: ConnectionOptions): Promise<TLSSocket | undefined> {
    try {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
      await once(socket, 'secureConnect');
      return socket;
    } catch {
      return undefined;
    }
  }

  it.each([
    ['TLSv1', false],
    ['TLSv1.1', false],
    ['TLSv1.2', true],
    ['TLSv1.3', true],
  ] as const)('%s: %s', async (version, isSpoken) => {
    const socket = await agree({ minVersion: version, maxVersion: version, ciphers: ANY });
    expect(socket?.getProtocol()).toBe(isSpoken ? version : undefined);
    socket?.destroy();
  });

  it('agrees with TLS 1.2 on ciphers with forward secrecy only', async () => {
    const offered = getCiphers().filter((name) => !name.startsWith('tls_'));
    const agreed: string[] = [];
    for (const name of offered) {
      const socket = await agree({ maxVersion: 'TLSv1.2', ciphers: `${name.toUpperCase()}:@SECLEVEL=0` });
      if (socket !== undefined) agreed.push(socket.getCipher().name);
      socket?.destroy();
    }
    expect(agreed.filter((name) => !/^ECDHE-(RSA|ECDSA)-(AES|CHACHA20)/.test(name))).toEqual([]);
    expect(agreed).toEqual(expect.arrayContaining([expect.stringMatching(/^ECDHE-\w+-AES128-GCM-SHA256$/)]));
    expect(offered.length).toBeGreaterThan(30);
  });

  it('chooses an authenticated cipher where the client has one, whatever it prefers', async () => {
    const preferring =
      'ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256';
    const socket = await agree({ maxVersion: 'TLSv1.2', ciphers: preferring });
    expect(socket?.getCipher().name).toMatch(/-GCM-SHA256$/);
    socket?.destroy();
  });

  it('handshakes once: a client of TLS 1.2 that asks for another is refused', async () => {
    const socket = (await agree({ maxVersion: 'TLSv1.2' }))!;
    const refused = new Promise<Error | null>((resolve) => {
      socket.on('error', resolve);
      socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error));
    });
    expect(String(await refused)).toMatch(/no renegotiation/i);
    socket.destroy();
  });

  // The command line of OpenSSL is the only one that tells of compression; where it is missing, nothing asks.
  const isOpensslThere = spawnSync('openssl', ['version']).status === 0;
  (isOpensslThere ? it : it.skip)('compresses nothing, as openssl s_client sees it', async () => {
    const client = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-comp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let printed = '';
    client.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await once(client, 'close');
    expect(printed).toContain('Compression: NONE');
    expect(printed).toMatch(/Cipher is ECDHE-/);
  });
});
