import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import {
  authorityChanged,
  createKeysAndCertificate,
  getAuthority,
  getCertificates,
  issueServerCertificate,
  listAuthorities,
  resolvePrincipals,
  retireAuthority,
  rotateAuthority,
} from '#thingcore/contracts';
import { certificateId, createServerKeyAndCsr, isIssuedBy } from '#thingcore/pki';
import { readConfig } from '#thingcore/platform';
import { startTestProcess } from '#thingcore/testing';
import { DataSource } from 'typeorm';
import { registrySettings } from '../registry.config.js';
import { type RegistryFixture, type RegistryReplica, startRegistry } from '../registry.fixture.js';
import { RegistryModule } from '../registry.module.js';
import { AuthorityService } from './authority.service.js';

const HOSTNAMES = ['localhost', '127.0.0.1'];
const ONE_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g;

const certificatesIn = (bundle: string): string[] => bundle.match(ONE_CERTIFICATE) ?? [];

describe('authorities', () => {
  let registry: RegistryFixture;

  beforeEach(async () => {
    registry = await startRegistry();
    // TLS compares with the clock of the machine.
    registry.clock.milliseconds = Date.now();
    await registry.call(rotateAuthority, {});
    await retireAllBefore(registry);
    registry.events.clear();
  });

  afterEach(() => registry.stop());

  async function states(replica: RegistryReplica = registry): Promise<string[]> {
    return (await replica.call(listAuthorities, {})).authorities.map(({ state }) => state);
  }

  async function retireAllBefore(replica: RegistryReplica): Promise<void> {
    const [, ...older] = (await replica.call(listAuthorities, {})).authorities;
    for (const { authorityId } of older) await replica.call(retireAuthority, { authorityId });
  }

  async function trusted(replica: RegistryReplica = registry): Promise<string> {
    return (await replica.call(getAuthority, {})).authorityPem;
  }

  /** Whether a device that trusts these authorities, by OpenSSL's rules, believes a server with a fresh certificate. */
  async function believes(ca: string, replica: RegistryReplica = registry): Promise<boolean> {
    const { privateKeyPem, csrPem } = await createServerKeyAndCsr(HOSTNAMES);
    const { certificateChainPem } = await replica.call(issueServerCertificate, { csrPem, hostnames: HOSTNAMES });
    const server = createServer({ key: privateKeyPem, cert: certificateChainPem }, (socket) => socket.end('hello'));
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
    });
    try {
      await once(socket, 'secureConnect');
      return socket.authorized;
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toMatch(/ISSUER|SIGNED|LEAF|VERIFY/);
      return false;
    } finally {
      socket.destroy();
      server.close();
      await once(server, 'close');
    }
  }

  it('begin with one that signs', async () => {
    const fresh = await startRegistry();
    try {
      const { authorities } = await fresh.call(listAuthorities, {});
      expect(authorities).toHaveLength(1);
      const [first] = authorities;
      expect(first).toMatchObject({ state: 'SIGNING', createdAt: fresh.clock.now() });
      expect(first?.authorityId).toBe(certificateId(first?.certificatePem ?? ''));
      expect(await readFile(`${fresh.dataDirectory}/ca.pem`, 'utf8')).toBe(first?.certificatePem);
      expect(await trusted(fresh)).toBe(first?.certificatePem);
    } finally {
      await fresh.stop();
    }
  });

  it('rotate: the new one signs, the one before stays trusted, and everybody hears of it', async () => {
    const before = await trusted();
    const made = await registry.call(rotateAuthority, {});
    expect(made).toMatchObject({ state: 'SIGNING', createdAt: registry.clock.now() });
    expect((await states()).slice(0, 2)).toEqual(['SIGNING', 'TRUSTED']);
    expect(await trusted()).toBe(made.certificatePem + before);
    expect(registry.events.of(authorityChanged)).toHaveLength(1);
    expect(await readFile(`${registry.dataDirectory}/ca.pem`, 'utf8')).toBe(made.certificatePem + before);
    const device = await registry.call(createKeysAndCertificate, { keyType: 'EC_P256', setAsActive: true });
    expect(isIssuedBy(device.certificatePem, made.certificatePem)).toBe(true);
    expect(device.authorityPem).toBe(made.certificatePem + before);
  });

  it('leave the devices of the one before as they are', async () => {
    const { certificateId: id } = await registry.call(createKeysAndCertificate, {
      keyType: 'EC_P256',
      setAsActive: true,
    });
    await registry.call(rotateAuthority, {});
    await retireAllBefore(registry);
    expect((await registry.call(getCertificates, { certificateIds: [id] })).certificates[0]?.status).toBe('ACTIVE');
    const connections = [{ certificateId: id, clientId: 'any' }];
    const { principals } = await registry.call(resolvePrincipals, { connections });
    expect(principals[0]?.status).toBe('ACTIVE');
  });

  it('are believed by devices that trust any of them, through three rotations', async () => {
    const roots = [await trusted()];
    for (let rotation = 0; rotation < 3; rotation++) {
      roots.unshift((await registry.call(rotateAuthority, {})).certificatePem);
      for (const root of roots) expect(await believes(root)).toBe(true);
    }
    const { csrPem } = await createServerKeyAndCsr(HOSTNAMES);
    const issued = await registry.call(issueServerCertificate, { csrPem, hostnames: HOSTNAMES });
    const chain = certificatesIn(issued.certificateChainPem);
    expect(chain).toHaveLength(4);
    chain.forEach((certificate, index) => {
      const issuer = chain[index + 1];
      if (issuer !== undefined) expect(isIssuedBy(certificate, issuer)).toBe(true);
    });
    expect(certificatesIn(issued.authorityPem)).toEqual(roots);
  });

  it('are no longer believed by those that trust only one that is retired, and by all others still', async () => {
    const oldest = await trusted();
    const middle = await registry.call(rotateAuthority, {});
    const newest = await registry.call(rotateAuthority, {});
    await registry.call(retireAuthority, { authorityId: certificateId(oldest) });
    expect(await believes(oldest)).toBe(false);
    expect(await believes(middle.certificatePem)).toBe(true);
    expect(await believes(newest.certificatePem)).toBe(true);
    expect(await trusted()).toBe(newest.certificatePem + middle.certificatePem);
    await registry.call(retireAuthority, { authorityId: middle.authorityId });
    expect(await believes(middle.certificatePem)).toBe(false);
    expect(await readFile(`${registry.dataDirectory}/ca.pem`, 'utf8')).toBe(newest.certificatePem);
  });

  it('are retired once, but never while they sign', async () => {
    const signing = certificateId(await trusted());
    await expect(registry.call(retireAuthority, { authorityId: signing })).rejects.toMatchObject({
      code: 'CertificateState',
      details: { authorityId: signing, state: 'SIGNING' },
    });
    await registry.call(rotateAuthority, {});
    registry.events.clear();
    for (let time = 0; time < 2; time++) {
      expect((await registry.call(retireAuthority, { authorityId: signing })).state).toBe('RETIRED');
    }
    expect(registry.events.of(authorityChanged)).toHaveLength(1);
    await expect(registry.call(retireAuthority, { authorityId: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
  });

  describe('on two replicas', () => {
    let other: RegistryReplica;

    beforeEach(async () => {
      other = await registry.startReplica();
    });

    afterEach(() => other.stop());

    it('sign with the same one as soon as either has rotated', async () => {
      const made = await registry.call(rotateAuthority, {});
      const device = await other.call(createKeysAndCertificate, { keyType: 'EC_P256' });
      expect(isIssuedBy(device.certificatePem, made.certificatePem)).toBe(true);
      expect(await trusted(other)).toBe(await trusted());
      expect(await believes(made.certificatePem, other)).toBe(true);
    });

    it('rotate to one new authority when both are told to at once', async () => {
      const count = (await states()).length;
      const outcomes = await Promise.allSettled([registry.call(rotateAuthority, {}), other.call(rotateAuthority, {})]);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).toMatchObject([{ reason: { code: 'VersionConflict' } }]);
      const after = await states();
      expect(after).toHaveLength(count + 1);
      expect(after.filter((state) => state === 'SIGNING')).toHaveLength(1);
    });

    it('begin with the same one when both start on a new database at once', async () => {
      await registry.get(DataSource).query('DELETE FROM authorities');
      await Promise.all([registry, other].map((replica) => replica.get(AuthorityService).onModuleInit()));
      expect(await states()).toEqual(['SIGNING']);
      expect(await trusted(other)).toBe(await trusted());
      expect(await believes(await trusted(), other)).toBe(true);
    });
  });

  it('stop the start when the secret of this process does not open their keys, naming the setting', async () => {
    const secretKey = Buffer.alloc(32, 7).toString('base64');
    const start = startTestProcess({
      service: 'registry',
      databaseUrl: registry.databaseUrl,
      modules: [RegistryModule.forRoot({ ...readConfig(registrySettings, {}), secretKey })],
    });
    await expect(start).rejects.toThrow(/THINGCORE_REGISTRY_SECRET_KEY/);
  });

  it('are the same after a restart, and sign', async () => {
    const before = await registry.call(listAuthorities, {});
    await registry.restart();
    expect(await registry.call(listAuthorities, {})).toEqual(before);
    const { csrPem } = await createServerKeyAndCsr(HOSTNAMES);
    const { certificateChainPem } = await registry.call(issueServerCertificate, { csrPem, hostnames: HOSTNAMES });
    expect(new X509Certificate(certificateChainPem).checkHost('localhost')).toBe('localhost');
  });
});
