import { X509Certificate } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { authorityChanged } from '#thingcore/contracts';
import { type Authority, createServerKeyAndCsr, issueServerCertificate } from '#thingcore/pki';
import { makeTempDir, waitFor } from '#thingcore/testing';
import { TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, type Device, registry } from '../fake-registry.fixture.js';

/** The serial number of the certificate that a newcomer is shown, verified by what it trusts. */
async function shownTo(broker: TestBroker, device: Device, ca: string): Promise<string> {
  const socket = connectTls({ port: Number(new URL(broker.addresses.mqtts).port), host: 'localhost', ca, ...device });
  try {
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return socket.getPeerX509Certificate()!.serialNumber;
  } finally {
    socket.destroy();
  }
}

describe('the certificate of the TLS listener', () => {
  let broker: TestBroker | undefined;

  afterEach(async () => {
    await broker?.stop();
    broker = undefined;
  });

  describe('of the registry', () => {
    it('follows a new authority; connections stay, and a device that trusts only the old one still verifies', async () => {
      broker = await TestBroker.start();
      const [old] = registry.authorities as [Authority];
      const device = await registry.addDevice(ALLOW_ALL);
      const client = await broker.connect({}, device);
      const before = await shownTo(broker, device, old.certificatePem);
      const young = await registry.addAuthority();
      await broker.events.publish(authorityChanged, {});
      const after = await shownTo(broker, device, young.certificatePem);
      expect(after).not.toBe(before);
      expect(await shownTo(broker, device, old.certificatePem)).toBe(after);
      await client.publishAsync('still/here', 'x', { qos: 1 });
      expect(client.connected).toBe(true);
      await broker.restart();
      expect(await shownTo(broker, device, old.certificatePem)).toBe(after);
    });

    it('stays when an authority is retired that did not sign it', async () => {
      broker = await TestBroker.start();
      const device = await registry.addDevice(ALLOW_ALL);
      const before = await shownTo(broker, device, registry.authorityPem);
      registry.authorities.pop();
      await broker.events.publish(authorityChanged, {});
      expect(await shownTo(broker, device, registry.authorityPem)).toBe(before);
    });

    it('is found to be outdated by looking, when nobody told', async () => {
      broker = await TestBroker.start({ tlsCheckMs: 100 });
      const device = await registry.addDevice(ALLOW_ALL);
      const trusted = registry.authorityPem;
      const before = await shownTo(broker, device, trusted);
      await registry.addAuthority();
      await waitFor(async () => (await shownTo(broker!, device, trusted)) !== before, { what: 'a new certificate' });
    });
  });

  describe('of the operator', () => {
    async function operatorsFiles() {
      const authority = registry.authorities[0] ?? (await registry.addAuthority());
      const directory = await makeTempDir();
      const files = { tlsCertificateFile: join(directory, 'cert.pem'), tlsKeyFile: join(directory, 'key.pem') };
      let written = 0;
      const touch = (file: string) => utimes(file, ++written, written);
      const replace = async () => {
        const { privateKeyPem, csrPem } = await createServerKeyAndCsr(['localhost']);
        const notAfter = new Date(Date.now() + 86_400_000);
        const { certificatePem } = await issueServerCertificate({
          authority,
          csrPem,
          hostnames: ['localhost'],
          notBefore: new Date(),
          notAfter,
        });
        await writeFile(files.tlsCertificateFile, certificatePem);
        await writeFile(files.tlsKeyFile, privateKeyPem);
        await Promise.all(Object.values(files).map(touch));
        return new X509Certificate(certificatePem).serialNumber;
      };
      return { files, replace, touch };
    }

    it('follows its files; connections stay, and files that cannot be used change nothing', async () => {
      const { files, replace, touch } = await operatorsFiles();
      const first = await replace();
      broker = await TestBroker.start({ ...files, tlsCheckMs: 100 });
      const device = await registry.addDevice(ALLOW_ALL);
      const client = await broker.connect({}, device);
      const trusted = registry.authorityPem;
      expect(await shownTo(broker, device, trusted)).toBe(first);
      await writeFile(files.tlsCertificateFile, 'no certificate');
      await touch(files.tlsCertificateFile);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(await shownTo(broker, device, trusted)).toBe(first);
      const second = await replace();
      await waitFor(async () => (await shownTo(broker!, device, trusted)) === second, { what: 'the second one' });
      await client.publishAsync('still/here', 'x', { qos: 1 });
      expect(client.connected).toBe(true);
    });
  });
});
