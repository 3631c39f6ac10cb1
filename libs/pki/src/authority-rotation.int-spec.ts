import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { http, io } from 'aws-crt';
import {
  createAuthority,
  createServerKeyAndCsr,
  crossSign,
  issueServerCertificate,
  type Authority,
  type KeyType,
} from './index.js';

const run = promisify(execFile);
const now = new Date();
const validity = { notBefore: now, notAfter: new Date(now.getTime() + 86_400_000) };
const hostnames = ['localhost', '127.0.0.1'];

/** Two generations of authorities, and a server of the newer one. */
interface Rotation {
  readonly older: Authority;
  readonly newer: Authority;
  readonly crossPem: string;
  readonly leafPem: string;
  readonly key: string;
}

async function rotate(olderKey: KeyType, newerKey: KeyType, names: readonly [string, string]): Promise<Rotation> {
  const [older, newer] = await Promise.all([
    createAuthority({ commonName: names[0], organization: 'Thingcore', now, validForDays: 30, keyType: olderKey }),
    createAuthority({ commonName: names[1], organization: 'Thingcore', now, validForDays: 30, keyType: newerKey }),
  ]);
  const { certificatePem: crossPem } = await crossSign(older, newer);
  const { csrPem, privateKeyPem: key } = await createServerKeyAndCsr(hostnames, newerKey);
  const leaf = await issueServerCertificate({ authority: newer, csrPem, hostnames, ...validity });
  return { older, newer, crossPem, leafPem: leaf.certificatePem, key };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function greet(port: number, ca: string, maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, maxVersion });
  try {
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString();
  } finally {
    socket.destroy();
  }
}

describe.each([
  { olderKey: 'EC_P256', newerKey: 'EC_P256', names: ['CA 1', 'CA 2'] },
  { olderKey: 'RSA_2048', newerKey: 'EC_P256', names: ['CA 1', 'CA 2'] },
  { olderKey: 'EC_P256', newerKey: 'RSA_2048', names: ['CA 1', 'CA 2'] },
  { olderKey: 'EC_P256', newerKey: 'EC_P256', names: ['One CA', 'One CA'] },
] as const)('a server of $names.1 ($newerKey) that sends the cross certificate of $names.0 ($olderKey)', (row) => {
  let rotation: Rotation;
  let server: Server;
  let bare: Server;
  let port: number;
  let barePort: number;

  beforeAll(async () => {
    rotation = await rotate(row.olderKey, row.newerKey, row.names);
    const { key, leafPem, crossPem } = rotation;
    server = createServer({ key, cert: leafPem + crossPem }, (socket) => socket.end('hello'));
    bare = createServer({ key, cert: leafPem }, (socket) => socket.end('hello'));
    port = await listening(server);
    barePort = await listening(bare);
  });

  afterAll(() => {
    server.close();
    bare.close();
  });

  it('is trusted by a device that knows only the old root, and by one that knows only the new', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      await expect(greet(port, rotation.older.certificatePem, version)).resolves.toBe('hello');
      await expect(greet(port, rotation.newer.certificatePem, version)).resolves.toBe('hello');
    }
  });

  it('is not trusted by a device that knows another root', async () => {
    const { certificatePem } = await createAuthority({ commonName: 'x', organization: 'y', now, validForDays: 1 });
    await expect(greet(port, certificatePem, 'TLSv1.3')).rejects.toThrow(/certificate/);
  });

  it('would not be trusted by old devices without the cross certificate', async () => {
    await expect(greet(barePort, rotation.newer.certificatePem, 'TLSv1.3')).resolves.toBe('hello');
    await expect(greet(barePort, rotation.older.certificatePem, 'TLSv1.3')).rejects.toThrow(/certificate|signature/);
  });

  it('is trusted by the AWS IoT device SDK with either root', async () => {
    const { key, leafPem, crossPem, older, newer } = rotation;
    const https = createHttpsServer({ key, cert: leafPem + crossPem }, (_request, response) => response.end('hello'));
    const httpsPort = await listening(https);
    try {
      await expect(statusBySdk(httpsPort, older.certificatePem)).resolves.toBe(200);
      await expect(statusBySdk(httpsPort, newer.certificatePem)).resolves.toBe(200);
    } finally {
      https.close();
    }
  });

  // The program judges purpose and path length by its strictest rules.
  it('is trusted by openssl with either root', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'thingcore-pki-'));
    const file = async (name: string, pem: string) => {
      await writeFile(join(directory, name), pem);
      return join(directory, name);
    };
    try {
      const leaf = await file('leaf.pem', rotation.leafPem);
      const cross = await file('cross.pem', rotation.crossPem);
      const verify = (ca: string, ...rest: string[]) =>
        run('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, ...rest, leaf]);
      const older = await file('older.pem', rotation.older.certificatePem);
      const newer = await file('newer.pem', rotation.newer.certificatePem);
      await expect(verify(older, '-untrusted', cross)).resolves.toMatchObject({ stdout: `${leaf}: OK\n` });
      await expect(verify(newer, '-untrusted', cross)).resolves.toMatchObject({ stdout: `${leaf}: OK\n` });
      await expect(verify(older)).rejects.toThrow();
      for (const ca of [older, newer])
        await expect(handshakeByOpenssl(port, ca)).resolves.toContain('Verification: OK');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

/** What `openssl s_client` says of a handshake; its exit code also tells how the connection ended, which is not asked. */
async function handshakeByOpenssl(port: number, caFile: string): Promise<string> {
  const program = run('openssl', [
    's_client',
    ...['-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-verify_hostname', 'localhost'],
    ...['-CAfile', caFile, '-verify_return_error', '-x509_strict'],
  ]);
  program.child.stdin?.end();
  return program.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}

/** Asks by the TLS and HTTP stack of the AWS SDKs for devices. */
async function statusBySdk(port: number, ca: string): Promise<number> {
  const options = new io.TlsContextOptions();
  options.override_default_trust_store(ca);
  options.verify_peer = true;
  const connectionOptions = new io.TlsConnectionOptions(new io.ClientTlsContext(options), 'localhost');
  const socketOptions = new io.SocketOptions(io.SocketType.STREAM, io.SocketDomain.IPV4, 3000);
  const connection = new http.HttpClientConnection(
    new io.ClientBootstrap(),
    '127.0.0.1',
    port,
    socketOptions,
    connectionOptions,
  );
  await new Promise<void>((resolve, reject) => {
    connection.on('connect', () => resolve());
    connection.on('error', reject);
  });
  const headers = new http.HttpHeaders([['host', 'localhost']]);
  const stream = connection.request(new http.HttpRequest('GET', '/', headers));
  const status = await new Promise<number>((resolve, reject) => {
    stream.on('response', (code) => resolve(code));
    stream.on('error', reject);
    stream.activate();
  });
  connection.close();
  return status;
}
