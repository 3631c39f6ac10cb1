import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions, type Server } from 'node:tls';
import { io } from 'aws-crt';
import {
  createAuthority,
  createKeysAndCertificate,
  createServerKeyAndCsr,
  describeCertificate,
  issueServerCertificate,
  type Authority,
} from './index.js';

const now = new Date();
const validity = { notBefore: now, notAfter: new Date('2049-12-31T23:59:59.000Z') };

async function authorityNamed(commonName: string): Promise<Authority> {
  return createAuthority({ commonName, organization: 'Thingcore', now, validForDays: 30 });
}

describe('mutual TLS with certificates of one authority', () => {
  let authority: Authority;
  let server: Server;
  let port: number;

  beforeAll(async () => {
    authority = await authorityNamed('Thingcore CA');
    const hostnames = ['localhost', '127.0.0.1'];
    const { csrPem, privateKeyPem: key } = await createServerKeyAndCsr(hostnames);
    const { certificatePem: cert } = await issueServerCertificate({ authority, csrPem, hostnames, ...validity });
    const options = { key, cert, ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true };
    server = createServer(options, (socket) => {
      const { subject } = describeCertificate(socket.getPeerCertificate().raw);
      socket.end(subject.CommonName?.join() ?? '');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  afterAll(async () => {
    server.close();
    await once(server, 'close');
  });

  async function greet(options: ConnectionOptions): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...options });
    const refused = once(socket, 'close').then(() => Promise.reject(new Error('the server closed the connection')));
    try {
      const [data] = (await Promise.race([once(socket, 'data'), refused])) as [Buffer];
      return data.toString();
    } finally {
      refused.catch(() => undefined);
      socket.destroy();
    }
  }

  it.each(['RSA_2048', 'EC_P256'] as const)('lets a device with a key of type %s in', async (keyType) => {
    const device = await createKeysAndCertificate({ authority, commonName: 'pump-7', ...validity, keyType });
    const credentials = { key: device.privateKeyPem, cert: device.certificatePem, ca: authority.certificatePem };
    await expect(greet(credentials)).resolves.toBe('pump-7');
    await expect(greet({ ...credentials, maxVersion: 'TLSv1.2' })).resolves.toBe('pump-7');
  });

  it('refuses a device of another authority with the same name', async () => {
    const other = await authorityNamed('Thingcore CA');
    const device = await createKeysAndCertificate({
      authority: other,
      commonName: 'x',
      ...validity,
      keyType: 'EC_P256',
    });
    const credentials = { key: device.privateKeyPem, cert: device.certificatePem, ca: authority.certificatePem };
    await expect(greet(credentials)).rejects.toThrow();
  });

  it('keeps a device from trusting a server of another authority', async () => {
    const other = await authorityNamed('Somebody else');
    const device = await createKeysAndCertificate({ authority, commonName: 'x', ...validity, keyType: 'EC_P256' });
    const credentials = { key: device.privateKeyPem, cert: device.certificatePem, ca: other.certificatePem };
    await expect(greet(credentials)).rejects.toThrow(/certificate/);
  });

  it.each(['RSA_2048', 'EC_P256'] as const)('gives a %s key that the AWS IoT device SDK loads', async (keyType) => {
    const device = await createKeysAndCertificate({ authority, commonName: 'pump-7', ...validity, keyType });
    const options = io.TlsContextOptions.create_client_with_mtls(device.certificatePem, device.privateKeyPem);
    options.override_default_trust_store(authority.certificatePem);
    expect(() => new io.ClientTlsContext(options)).not.toThrow();
    const broken = io.TlsContextOptions.create_client_with_mtls(device.certificatePem, 'no key');
    expect(() => new io.ClientTlsContext(broken)).toThrow();
  });
});
