import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAuthority, createServerKeyAndCsr, issueServerCertificate } from '#thingcore/pki';
import { makeTempDir } from '#thingcore/testing';
import { OutboundHttp, type OutboundOptions } from './outbound-http.js';

describe('OutboundHttp', () => {
  let server: Server;
  let port: number;
  let caFile: string;
  const opened: OutboundHttp[] = [];

  beforeAll(async () => {
    const lifetime = { now: new Date(), validForDays: 2 };
    const authority = await createAuthority({ commonName: 'test', organization: 'test', ...lifetime });
    const { privateKeyPem, csrPem } = await createServerKeyAndCsr(['localhost']);
    const { certificatePem } = await issueServerCertificate({
      authority,
      csrPem,
      hostnames: ['localhost'],
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
    });
    caFile = join(await makeTempDir(), 'ca.pem');
    await writeFile(caFile, authority.certificatePem);
    server = createServer({ key: privateKeyPem, cert: certificatePem }, (_request, response) => response.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterAll(async () => {
    for (const http of opened) http.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  function post(options: OutboundOptions) {
    const http = new OutboundHttp(options);
    opened.push(http);
    const url = new URL(`https://localhost:${port}/`);
    return http.post({ url, headers: {}, body: Buffer.from('x'), timeoutMs: 3_000 });
  }

  it('reaches a private host that the operator names, and trusts his authority', async () => {
    const answer = await post({ privateHosts: ['localhost'], caFile });
    expect(answer).toEqual({ status: 200, text: 'hello', isTooLarge: false });
  });

  it('reaches a host in a network that the operator names', async () => {
    expect(await post({ privateHosts: ['127.0.0.0/8', '::1'], caFile })).toMatchObject({ status: 200 });
  });

  it('reaches no name that leads into a private network', async () => {
    await expect(post({ privateHosts: [], caFile })).rejects.toMatchObject({
      code: 'InvalidRequest',
      retryable: false,
      message: expect.stringMatching(/localhost is in a private network/),
    });
  });

  it('trusts nobody the operator does not, and says so for good', async () => {
    await expect(post({ privateHosts: ['localhost'], caFile: undefined })).rejects.toMatchObject({
      retryable: false,
      message: expect.stringMatching(/cannot be reached: .*(certificate|issuer)/),
    });
  });

  it('says that a name does not exist', async () => {
    const http = new OutboundHttp({ privateHosts: [], caFile: undefined });
    opened.push(http);
    const url = new URL('https://nobody.invalid/');
    const failed = http.post({ url, headers: {}, body: Buffer.from(''), timeoutMs: 5_000 });
    await expect(failed).rejects.toMatchObject({ retryable: true, details: { fault: 'unknown_host' } });
  });
});
