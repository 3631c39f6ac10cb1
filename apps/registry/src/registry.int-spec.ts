import { readFile, stat } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import { createHash } from 'node:crypto';
import {
  attachPolicy,
  attachThingPrincipal,
  createKeysAndCertificate,
  createPolicy,
  createThing,
  detachPolicy,
  detachThingPrincipal,
  getAuthority,
  getCertificate,
  getPolicy,
  getThings,
  listThings,
  principalChanged,
  resolvePrincipal,
  updateCertificate,
  verifyApiKey,
} from '#thingcore/contracts';
import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { RunningProcess } from '#thingcore/platform';
import { makeTempDir, startPostgres, type TestPostgres, startTestProcess } from '#thingcore/testing';
import { handles, RpcClient } from '#thingcore/transport';
import { RegistryModule } from './registry.module.js';

const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

@Controller()
class ChangeListener {
  static changed: string[] = [];

  @EventPattern(...handles(principalChanged))
  changed({ certificateIds }: { certificateIds: string[] }) {
    ChangeListener.changed.push(...certificateIds);
  }
}

@Module({ controllers: [ChangeListener] })
class ListenerModule {}

describe('the registry', () => {
  let postgres: TestPostgres;
  let dataDirectory: string;
  let registry: RunningProcess;
  let rpc: RpcClient;

  async function start(directory: string): Promise<RunningProcess> {
    return startTestProcess({
      service: 'registry',
      dataDirectory: directory,
      databaseUrl: postgres.url,
      modules: [RegistryModule.forRoot({ secretKey: undefined, apiKey: undefined }), ListenerModule],
    });
  }

  beforeAll(async () => {
    postgres = await startPostgres();
    dataDirectory = await makeTempDir();
    registry = await start(dataDirectory);
    rpc = registry.app.get(RpcClient, { strict: false });
  });

  afterAll(async () => {
    await registry.stop();
    await postgres.stop();
  });

  beforeEach(() => {
    ChangeListener.changed = [];
  });

  describe('things', () => {
    it('creates a thing with its ARN, id and first version', async () => {
      const thing = await rpc.call(createThing, { thingName: 'lamp', attributes: { site: 'a' } });
      expect(thing).toMatchObject({
        thingName: 'lamp',
        thingArn: 'arn:aws:iot:us-east-1:123456789012:thing/lamp',
        attributes: { site: 'a' },
        version: 1,
      });
      expect(thing.thingId).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('answers the same thing when it is created again alike, as AWS does', async () => {
      const first = await rpc.call(createThing, { thingName: 'twice', attributes: { b: '2', a: '1' } });
      expect(await rpc.call(createThing, { thingName: 'twice', attributes: { a: '1', b: '2' } })).toEqual(first);
    });

    it('refuses another thing of the same name and names the one there is', async () => {
      const { thingArn } = await rpc.call(createThing, { thingName: 'taken' });
      await expect(rpc.call(createThing, { thingName: 'taken', attributes: { a: '1' } })).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
        details: { resourceArn: thingArn },
      });
      expect((await rpc.call(getThings, { thingNames: ['taken'] })).things[0]?.attributes).toEqual({});
    });

    it.each([
      ['a space in the name', { thingName: 'a b' }, 'thingName'],
      ['an empty name', { thingName: '' }, 'thingName'],
      ['a name of 129 characters', { thingName: 'x'.repeat(129) }, 'thingName'],
      ['a space in an attribute', { thingName: 'ok', attributes: { a: 'b c' } }, 'attributes.a'],
      [
        'four attributes without a type',
        { thingName: 'ok', attributes: { a: '1', b: '2', c: '3', d: '4' } },
        'attributes',
      ],
      ['an unknown member', { thingName: 'ok', color: 'red' }, undefined],
    ])('refuses %s and stores nothing', async (_name, request, field) => {
      await expect(rpc.call(createThing, request as never)).rejects.toMatchObject({
        code: 'InvalidRequest',
        ...(field === undefined ? {} : { details: { field } }),
      });
      expect((await rpc.call(getThings, { thingNames: ['ok'] })).things).toEqual([]);
    });

    it('lists things by name, page by page', async () => {
      for (const thingName of ['page-1', 'page-2', 'page-3']) await rpc.call(createThing, { thingName });
      const first = await rpc.call(listThings, { after: 'page-', limit: 2 });
      expect(first.things.map(({ thingName }) => thingName)).toEqual(['page-1', 'page-2']);
      const second = await rpc.call(listThings, { after: first.nextToken, limit: 1 });
      expect(second.things.map(({ thingName }) => thingName)).toEqual(['page-3']);
    });
  });

  describe('certificates', () => {
    it('hands out a key pair once, signed by the authority, inactive unless asked', async () => {
      const created = await rpc.call(createKeysAndCertificate, { keyType: 'EC_P256' });
      expect(created.status).toBe('INACTIVE');
      expect(created.privateKeyPem).toContain('PRIVATE KEY');
      const { authorityPem } = await rpc.call(getAuthority, {});
      const certificate = new X509Certificate(created.certificatePem);
      expect(certificate.verify(new X509Certificate(authorityPem).publicKey)).toBe(true);
      const stored = await rpc.call(getCertificate, { certificateId: created.certificateId });
      expect(JSON.stringify(stored)).not.toContain('PRIVATE KEY');
      expect(created.certificateId).toBe(createHash('sha256').update(certificate.raw).digest('hex'));
    });

    it('changes the status and says so, until it is revoked for good', async () => {
      const { certificateId } = await rpc.call(createKeysAndCertificate, { setAsActive: true, keyType: 'EC_P256' });
      expect((await rpc.call(updateCertificate, { certificateId, newStatus: 'INACTIVE' })).status).toBe('INACTIVE');
      expect((await rpc.call(updateCertificate, { certificateId, newStatus: 'REVOKED' })).status).toBe('REVOKED');
      await expect(rpc.call(updateCertificate, { certificateId, newStatus: 'ACTIVE' })).rejects.toMatchObject({
        code: 'CertificateState',
      });
      expect((await rpc.call(getCertificate, { certificateId })).status).toBe('REVOKED');
      expect(ChangeListener.changed).toEqual([certificateId, certificateId]);
    });

    it('does not know a certificate that was never issued', async () => {
      await expect(rpc.call(resolvePrincipal, { certificateId: '0'.repeat(64) })).rejects.toMatchObject({
        code: 'ResourceNotFound',
      });
    });
  });

  describe('policies', () => {
    it('creates a policy with the text of its document', async () => {
      const policy = await rpc.call(createPolicy, { policyName: 'connect', policyDocument: DOCUMENT });
      expect(policy).toEqual({
        policyName: 'connect',
        policyArn: 'arn:aws:iot:us-east-1:123456789012:policy/connect',
        policyDocument: DOCUMENT,
        policyVersionId: '1',
      });
      expect(await rpc.call(getPolicy, { policyName: 'connect' })).toEqual(policy);
    });

    it('refuses a second policy of the same name', async () => {
      await rpc.call(createPolicy, { policyName: 'once', policyDocument: DOCUMENT });
      await expect(rpc.call(createPolicy, { policyName: 'once', policyDocument: DOCUMENT })).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
      });
    });

    it('refuses a malformed document with the place, and stores nothing', async () => {
      const policyDocument = '{"Version":"2012-10-17","Statement":[{"Effect":"Alow"}]}';
      await expect(rpc.call(createPolicy, { policyName: 'broken', policyDocument })).rejects.toMatchObject({
        code: 'MalformedPolicy',
        details: { line: 1 },
      });
      await expect(rpc.call(getPolicy, { policyName: 'broken' })).rejects.toMatchObject({ code: 'ResourceNotFound' });
    });
  });

  describe('principals', () => {
    it('resolve to status, things and policies, by ARN or id, as they are attached and detached', async () => {
      const { certificateId, certificateArn } = await rpc.call(createKeysAndCertificate, {
        setAsActive: true,
        keyType: 'EC_P256',
      });
      await rpc.call(createThing, { thingName: 'press', attributes: { hall: '2' } });
      await rpc.call(createPolicy, { policyName: 'press-policy', policyDocument: DOCUMENT });
      await rpc.call(attachThingPrincipal, { thingName: 'press', principal: certificateArn });
      await rpc.call(attachPolicy, { policyName: 'press-policy', target: certificateId });
      expect(await rpc.call(resolvePrincipal, { certificateId })).toMatchObject({
        certificateId,
        status: 'ACTIVE',
        things: [{ thingName: 'press', attributes: { hall: '2' } }],
        policies: [{ policyName: 'press-policy', policyDocument: DOCUMENT }],
      });
      expect(ChangeListener.changed).toEqual([certificateId, certificateId]);
      await rpc.call(detachThingPrincipal, { thingName: 'press', principal: certificateId });
      await rpc.call(detachPolicy, { policyName: 'press-policy', target: certificateArn });
      expect(await rpc.call(resolvePrincipal, { certificateId })).toMatchObject({ things: [], policies: [] });
    });

    it('tell of an attachment once, however often it is made', async () => {
      const { certificateId } = await rpc.call(createKeysAndCertificate, { keyType: 'EC_P256' });
      await rpc.call(createPolicy, { policyName: 'repeat', policyDocument: DOCUMENT });
      await rpc.call(attachPolicy, { policyName: 'repeat', target: certificateId });
      await rpc.call(attachPolicy, { policyName: 'repeat', target: certificateId });
      expect(ChangeListener.changed).toEqual([certificateId]);
    });

    it.each([
      ['a thing', attachThingPrincipal, { thingName: 'nowhere', principal: 'f'.repeat(64) }],
      ['a policy', attachPolicy, { policyName: 'nowhere', target: 'f'.repeat(64) }],
    ])('refuse %s that does not exist', async (_name, contract, request) => {
      await expect(rpc.call(contract, request as never)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    });
  });

  describe('API keys', () => {
    it('put the first administrator key into a file that only its owner reads', async () => {
      const file = `${dataDirectory}/api-key`;
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const key = (await readFile(file, 'utf8')).trim();
      const keySha256 = createHash('sha256').update(key).digest('hex');
      expect(await rpc.call(verifyApiKey, { keySha256 })).toEqual({ name: 'first-administrator', role: 'admin' });
    });

    it('refuse any other key', async () => {
      await expect(rpc.call(verifyApiKey, { keySha256: '0'.repeat(64) })).rejects.toMatchObject({
        code: 'Unauthorized',
      });
    });
  });

  describe('started again', () => {
    it('keeps its authority and its keys', async () => {
      const before = await rpc.call(getAuthority, {});
      const again = await start(dataDirectory);
      try {
        expect(await again.app.get(RpcClient, { strict: false }).call(getAuthority, {})).toEqual(before);
      } finally {
        await again.stop();
      }
    });

    it('refuses secrets that were sealed with another key, naming the setting', async () => {
      await expect(start(await makeTempDir())).rejects.toThrow(/THINGCORE_REGISTRY_SECRET_KEY/);
    });
  });
});
