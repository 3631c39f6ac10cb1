import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp } from 'node:net';
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

  it('compresses nothing, though a client offers to', async () => {
    const client = connectTcp(port, '127.0.0.1');
    client.write(helloWithCompression());
    const [answer] = (await once(client, 'data')) as [Buffer];
    client.destroy();
    const { type, cipherSuite, compressionMethod } = readServerHello(answer);
    expect(type).toBe(SERVER_HELLO);
    expect([0xc02b, 0xc02f]).toContain(cipherSuite);
    expect(compressionMethod).toBe(0);
  });
});

const SERVER_HELLO = 2;

/** RFC 5246, 7.4.1.2: a ClientHello of TLS 1.2 that prefers DEFLATE (RFC 3749), which no client of Node would send. */
function helloWithCompression(): Buffer {
  const extensions = Buffer.from(
    // supported_groups: x25519, secp256r1; ec_point_formats: uncompressed; signature_algorithms of ECDSA and RSA
    '000a00060004001d0017' + '000b00020100' + '000d00080006040308040401',
    'hex',
  );
  const body = Buffer.concat([
    Buffer.from('0303', 'hex'),
    Buffer.alloc(32, 7),
    Buffer.from('00' + '0004c02bc02f' + '020100', 'hex'),
    lengthOf(extensions, 2),
    extensions,
  ]);
  const message = Buffer.concat([Buffer.from([1]), lengthOf(body, 3), body]);
  return Buffer.concat([Buffer.from('160301', 'hex'), lengthOf(message, 2), message]);
}

function lengthOf(bytes: Buffer, size: number): Buffer {
  const length = Buffer.alloc(size);
  length.writeUIntBE(bytes.length, 0, size);
  return length;
}

/** RFC 5246, 7.4.1.3: behind the heads of record and message stand version, random and session id. */
function readServerHello(record: Buffer): { type: number; cipherSuite: number; compressionMethod: number } {
  const behindSession = 44 + record.readUInt8(43);
  return {
    type: record.readUInt8(5),
    cipherSuite: record.readUInt16BE(behindSession),
    compressionMethod: record.readUInt8(behindSession + 2),
  };
}
