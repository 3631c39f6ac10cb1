import type { DeviceCertificate } from '../application.js';
import { connectMqttjs, type MqttjsDevice } from '../devices/mqttjs-device.js';
import { effectOf, goodbyeTo, NOT_AUTHORIZED, refusedConnect } from './attempts.js';
import type { IdentityWorld } from './identity-world.js';
import { allow } from './operator.js';

/** A pump on each node. */
interface Pump {
  readonly name: string;
  readonly url: string;
  readonly certificate: DeviceCertificate;
  readonly device: MqttjsDevice;
  readonly goodbye: ReturnType<typeof goodbyeTo>;
}

/** What a certificate that does not count any more means for the connections that were opened with it. */
export function describeCertificateStatusStory(worldOf: () => IdentityWorld): void {
  describe('a pump that is connected', () => {
    const certificates = new Map<string, DeviceCertificate>();

    const connect = async (n: number, url: string): Promise<Pump> => {
      const name = `pump-${n}`;
      const certificate =
        certificates.get(name) ??
        (await worldOf().operator.enrolWithPolicy(name, [allow('iot:*', `client/${name}`, `topic/${name}/*`)]));
      certificates.set(name, certificate);
      const device = worldOf().keep(await connectMqttjs({ clientId: name, url, certificate }, { protocolVersion: 5 }));
      return { name, url, certificate, device, goodbye: goodbyeTo(device) };
    };

    const connectAll = () => Promise.all(worldOf().nodes.map(({ mqtts }, n) => connect(n, mqtts)));

    const setAll = (pumps: readonly Pump[], status: 'ACTIVE' | 'INACTIVE' | 'REVOKED') =>
      Promise.all(pumps.map(({ certificate }) => worldOf().operator.setStatus(certificate.certificateId, status)));

    const expectExpelled = async (pumps: readonly Pump[], change: () => Promise<unknown>, reason: RegExp) => {
      const { witness } = worldOf();
      const isClosed = ({ device }: Pump) => Promise.resolve(!device.client.connected);
      const before = witness.inbox.items.length;
      const took = await effectOf(change, pumps, isClosed);
      for (const { name, certificate, goodbye } of pumps) {
        const { reasonCode, reason: told } = await goodbye;
        expect(reasonCode).toBe(NOT_AUTHORIZED);
        expect(told).toMatch(reason);
        const topic = `$aws/events/presence/disconnected/${name}`;
        // What a connection before it said goodbye with may be told a moment later.
        const isNew = (each: { topic: string; payload: string }) =>
          each.topic === topic && witness.inbox.items.indexOf(each) >= before && each.payload.includes('AUTH_ERROR');
        const event = await witness.inbox.find(isNew, 'the presence event');
        expect(JSON.parse(event.payload)).toMatchObject({
          clientInitiatedDisconnect: false,
          disconnectReason: 'AUTH_ERROR',
          principalIdentifier: certificate.certificateId,
        });
      }
      return took;
    };

    const expectNoWord = async (pumps: readonly Pump[]) => {
      for (const { name, url, certificate } of pumps) {
        const answer = await refusedConnect({ clientId: name, url, certificate });
        expect(answer).toEqual({ wasSecure: true, packets: [] });
      }
    };

    it('is expelled within a second when its certificate is INACTIVE, and comes back when it is ACTIVE', async () => {
      const pumps = await connectAll();
      const took = await expectExpelled(pumps, () => setAll(pumps, 'INACTIVE'), /INACTIVE/);
      worldOf().note('deactivated', took);
      await expectNoWord(pumps);
      await setAll(pumps, 'ACTIVE');
      const again = await connectAll();
      expect(again.every(({ device }) => device.client.connected)).toBe(true);
      await Promise.all(again.map(({ device }) => device.disconnect()));
    });

    it('is expelled within a second when its certificate is REVOKED, and never comes back', async () => {
      const { operator } = worldOf();
      const pumps = await connectAll();
      const took = await expectExpelled(pumps, () => setAll(pumps, 'REVOKED'), /REVOKED/);
      worldOf().note('revoked', took);
      await expectNoWord(pumps);
      for (const { certificate } of pumps) {
        const { certificateId } = certificate;
        await expect(operator.setStatus(certificateId, 'ACTIVE')).rejects.toMatchObject({ code: 'CertificateState' });
        await expect(operator.statusOf(certificateId)).resolves.toBe('REVOKED');
      }
      await expectNoWord(pumps);
    });

    it('leads its operator from the goodbye to the denial', async () => {
      const { operator } = worldOf();
      const certificate = await operator.enrolWithPolicy('leaver', [allow('iot:Connect', 'client/leaver')]);
      const identity = { clientId: 'leaver', url: worldOf().node(1).mqtts, certificate };
      const device = worldOf().keep(await connectMqttjs(identity, { protocolVersion: 5 }));
      const goodbye = goodbyeTo(device);
      await operator.setStatus(certificate.certificateId, 'INACTIVE');
      const id = /denial (\S+)$/.exec((await goodbye).reason)?.[1];
      await expect(
        operator.graphql.run(
          'query ($id: ID!) { denial(id: $id) { clientId cause action decision thing { name } certificate { id } } }',
          { id },
        ),
      ).resolves.toEqual({
        denial: {
          clientId: 'leaver',
          cause: 'CERTIFICATE',
          action: 'iot:Connect',
          decision: null,
          thing: { name: 'leaver' },
          certificate: { id: certificate.certificateId },
        },
      });
    });
  });
}
