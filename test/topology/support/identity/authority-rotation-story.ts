import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { waitFor } from '#thingcore/testing';
import { connectAwsSdk } from '../devices/aws-sdk-device.js';
import { connectMqttjs, type MqttjsDevice } from '../devices/mqttjs-device.js';
import { mayPublish } from './attempts.js';
import type { IdentityWorld } from './identity-world.js';
import { allow } from './operator.js';

const STATEMENTS = [allow('iot:Connect', 'client/keeper-*'), allow('iot:Publish', 'topic/kept')];

interface PlatformAuthority {
  readonly id: string;
  readonly pem: string;
  readonly state: string;
}

/** The authority that signs servers and devices is replaced while everything goes on. */
export function describeAuthorityRotationStory(worldOf: () => IdentityWorld): void {
  describe('the authority of the platform, replaced', () => {
    let before: PlatformAuthority;
    let after: PlatformAuthority;
    let live: MqttjsDevice[];
    let certificate: Awaited<ReturnType<IdentityWorld['operator']['createCertificate']>>;

    const authorities = async () => {
      const query = '{ authorities { nodes { id pem state } } }';
      const { graphql } = worldOf().operator;
      return (await graphql.run<{ authorities: { nodes: PlatformAuthority[] } }>(query)).authorities.nodes;
    };

    const connectTrusting = async (caPem: string, clientId: string) => {
      for (const { mqtts: url } of worldOf().nodes) {
        const identity = { clientId, url, certificate: { ...certificate, caPem } };
        const device = worldOf().keep(await connectMqttjs(identity, { protocolVersion: 5 }));
        expect(await mayPublish(device, 'kept')).toBe(true);
        await device.disconnect();
      }
    };

    beforeAll(async () => {
      const { operator } = worldOf();
      certificate = await operator.enrolWithPolicy('keeper', STATEMENTS);
      const [signing] = await authorities();
      if (signing === undefined) throw new Error('There is no authority');
      before = signing;
      live = await Promise.all(
        worldOf().nodes.map(async ({ mqtts: url }, n) =>
          worldOf().keep(await connectMqttjs({ clientId: `keeper-${n}`, url, certificate }, { protocolVersion: 5 })),
        ),
      );
    });

    it('turns away no device that trusts only the old one, at no time', async () => {
      const outcomes: string[] = [];
      let isOver = false;
      const knocking = worldOf().nodes.map(async ({ mqtts }) => {
        while (!isOver) outcomes.push(await handshake(mqtts, before.pem));
      });
      const { rotateAuthority } = await worldOf().operator.graphql.run<{
        rotateAuthority: { authority: PlatformAuthority };
      }>('mutation { rotateAuthority { authority { id pem state } } }');
      after = rotateAuthority.authority;
      for (const { name, mqtts } of worldOf().nodes) {
        const isShown = async () => (await handshake(mqtts, after.pem)) === 'trusted';
        await waitFor(isShown, { what: `${name} to show a certificate of the new authority`, timeoutMs: 5_000 });
      }
      isOver = true;
      await Promise.all(knocking);
      expect(outcomes.length).toBeGreaterThan(0);
      expect(new Set(outcomes)).toEqual(new Set(['trusted']));
    });

    it('is told with the new one in the list and in the file that devices are given', async () => {
      await expect(authorities()).resolves.toMatchObject([
        { id: after.id, state: 'SIGNING' },
        { id: before.id, state: 'TRUSTED' },
      ]);
      const trusted = await waitFor(
        async () => {
          const bundle = certificatesIn(await worldOf().trust());
          return bundle.length === 2 ? bundle : undefined;
        },
        { what: 'the file to hold both' },
      );
      expect(trusted).toEqual([after, before].map(({ pem }) => new X509Certificate(pem).fingerprint256));
    });

    it('closes no connection', async () => {
      expect(live.every(({ client }) => client.connected)).toBe(true);
      for (const device of live) expect(await mayPublish(device, 'kept')).toBe(true);
    });

    it('lets in a device that trusts only the old one, and one that trusts only the new one', async () => {
      await connectTrusting(before.pem, 'keeper-of-the-old');
      await connectTrusting(after.pem, 'keeper-of-the-new');
    });

    it.each(['mqtt311', 'mqtt5'] as const)(
      'lets in a device of aws-iot-device-sdk-v2 that trusts only the old one over %s',
      async (transport) => {
        const identity = { clientId: `keeper-${transport}`, url: worldOf().node(1).mqtts };
        const credentials = { ...certificate, caPem: before.pem };
        const device = worldOf().keep(await connectAwsSdk(transport, { ...identity, certificate: credentials }));
        await device.publish('kept', {});
        await device.disconnect();
      },
    );

    it('signs the certificates of new devices with the new one, and those of the old one go on', async () => {
      const { operator } = worldOf();
      const fresh = await operator.createCertificate();
      expect(new X509Certificate(fresh.certificatePem).verify(new X509Certificate(after.pem).publicKey)).toBe(true);
      expect(certificatesIn(fresh.caPem)).toHaveLength(2);
      await operator.attachPolicy('keeper', fresh.certificateArn);
      certificate = fresh;
      await connectTrusting(fresh.caPem, 'keeper-of-both');
    });

    it('is retired when nobody needs it, which the one that signs cannot be', async () => {
      const { operator } = worldOf();
      const retire = (authorityId: string) =>
        operator.graphql.run('mutation ($id: ID!) { retireAuthority(authorityId: $id) { authority { state } } }', {
          id: authorityId,
        });
      await expect(retire(after.id)).rejects.toMatchObject({ code: 'CertificateState' });
      await expect(retire(before.id)).resolves.toEqual({ retireAuthority: { authority: { state: 'RETIRED' } } });
      const isAlone = async () => certificatesIn(await worldOf().trust()).length === 1;
      await waitFor(isAlone, { what: 'the file to hold the new one alone' });
      await connectTrusting(after.pem, 'keeper-in-the-end');
    });
  });
}

/** What becomes of a TLS handshake with a server that must be of an authority. */
function handshake(url: string, caPem: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), ca: caPem, servername: hostname });
    const done = (outcome: string) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('secureConnect', () => done('trusted'));
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}

function certificatesIn(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block).fingerprint256);
}
