import type { MqttClient } from 'mqtt';
import { listDenials, principalChanged } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { EventBus, RpcClient } from '#thingcore/transport';
import { goodbyeOf } from '../broker.fixture.js';
import { ALLOW_ALL, arn, type Device, policyOf, registry } from '../fake-registry.fixture.js';
import { useTwoBrokers } from '../two-brokers.fixture.js';

/** AWS takes minutes; this product promises a second, on every node. */
const LIVE_EFFECT_MS = 1_000;

describe('two broker nodes that share Redis', () => {
  const brokers = useTwoBrokers({ principalCheckMs: 500 });

  const connect = (node: number, device: Device): Promise<MqttClient> =>
    brokers.connect(node, { protocolVersion: 5, ca: registry.authorityPem, ...device });

  const connectToBoth = (device: Device) => Promise.all([connect(0, device), connect(1, device)]);

  it('both follow a change within a second', async () => {
    const device = await registry.addDevice(ALLOW_ALL);
    const both = await connectToBoth(device);
    for (const client of both) await client.publishAsync('now/allowed', 'x', { qos: 1 });
    const [policy] = registry.principalOf(device).policies;
    policy!.policyDocument = policyOf([
      ALLOW_ALL,
      { Effect: 'Deny', Action: 'iot:Publish', Resource: arn('topic/now/*') },
    ]);
    const changedAt = performance.now();
    await brokers.registryProcess.app
      .get(EventBus, { strict: false })
      .publish(principalChanged, { changes: [registry.noteChange('policy', policy!.policyName)] });
    await Promise.all(
      both.map((client) =>
        waitFor(
          () =>
            client.publishAsync('now/allowed', 'x', { qos: 1 }).then(
              () => false,
              () => true,
            ),
          { what: 'the change to have its effect' },
        ),
      ),
    );
    expect(performance.now() - changedAt).toBeLessThan(LIVE_EFFECT_MS);
  });

  it.each([
    ['a broadcast', true],
    ['a broadcast that was lost', false],
  ])('both end the connections of a certificate that is revoked, after %s', async (_name, isBroadcast) => {
    const device = await registry.addDevice(ALLOW_ALL);
    const goodbyes = (await connectToBoth(device)).map(goodbyeOf);
    registry.principalOf(device).status = 'REVOKED';
    const change = registry.noteChange('certificate', device.certificateId);
    const changedAt = performance.now();
    if (isBroadcast) {
      await brokers.registryProcess.app
        .get(EventBus, { strict: false })
        .publish(principalChanged, { changes: [change] });
    }
    expect((await Promise.all(goodbyes)).map(({ reasonCode }) => reasonCode)).toEqual([0x87, 0x87]);
    expect(performance.now() - changedAt).toBeLessThan(LIVE_EFFECT_MS);
    // Either node answers for both.
    const { certificateId } = device;
    const rpc = brokers.registryProcess.app.get(RpcClient, { strict: false });
    const denials = await waitFor(
      async () => {
        const answer = await rpc.call(listDenials, { certificateId });
        return answer.denials.length === 2 ? answer.denials : undefined;
      },
      { what: 'the denials of both nodes' },
    );
    expect(denials.map(({ cause }) => cause)).toEqual(['CERTIFICATE', 'CERTIFICATE']);
  });
});
