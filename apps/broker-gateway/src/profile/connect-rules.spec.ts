import fc from 'fast-check';
import { profileNamed } from './broker-profile.js';
import { connackProperties } from './connack-properties.js';
import { grantKeepAlive, grantMessageExpiry, judgeClientId } from './connect-rules.js';

const aws = profileNamed('aws');
const mqtt = profileNamed('mqtt');
const NEVER = 0xffff_ffff;

describe('grantKeepAlive', () => {
  // AWS IoT quotas, keep-alive interval; MQTT 5, 3.1.2.10
  it.each([
    ['none in aws', aws, 0, 1_200, true],
    ['one that is too small in aws', aws, 1, 30, true],
    ['the smallest of aws', aws, 30, 30, false],
    ['the largest of aws', aws, 1_200, 1_200, false],
    ['one that is too large in aws', aws, 1_201, 1_200, true],
    ['none in mqtt', mqtt, 0, 0, false],
    ['a small one in mqtt', mqtt, 1, 1, false],
    ['the largest in mqtt', mqtt, 65_535, 65_535, false],
  ])('grants %s', (_name, profile, requested, seconds, isChanged) => {
    expect(grantKeepAlive(profile, requested)).toEqual({ seconds, isChanged });
  });
});

describe('grantMessageExpiry', () => {
  it('clamps what is asked for to the bounds of the profile', () => {
    expect([0, 1, 604_800, 604_801].map((seconds) => grantMessageExpiry(aws, seconds))).toEqual([
      1, 1, 604_800, 604_800,
    ]);
    fc.assert(fc.property(fc.nat({ max: NEVER }), (seconds) => grantMessageExpiry(mqtt, seconds) === seconds));
  });
});

describe('judgeClientId', () => {
  const umlauts = (count: number) => 'ü'.repeat(count); // two bytes each
  it.each([
    ['128 bytes in aws', aws, umlauts(64), 4, false, 'accepted'],
    ['130 bytes in aws', aws, umlauts(65), 5, false, 'refused'],
    ['256 bytes in mqtt', mqtt, umlauts(128), 4, false, 'accepted'],
    ['$ in aws', aws, '$me', 5, true, 'refused'],
    ['$ in mqtt', mqtt, '$me', 5, true, 'accepted'],
    ['wildcards', aws, 'a/#/+', 4, true, 'accepted'],
    ['none with MQTT 5', aws, '', 5, false, 'assign'],
    ['none with MQTT 3.1.1 and a clean session [MQTT-3.1.3-7]', aws, '', 4, true, 'assign'],
    ['none with MQTT 3.1.1 and a persistent session [MQTT-3.1.3-8]', mqtt, '', 4, false, 'refused'],
  ])('judges %s', (_name, profile, clientId, protocolVersion, isClean, kind) => {
    expect(judgeClientId(profile, { clientId, protocolVersion, isClean }).kind).toBe(kind);
  });
});

describe('connackProperties', () => {
  it('says all that AWS says', () => {
    const grants = {
      keepAlive: grantKeepAlive(aws, 10),
      sessionExpiry: { seconds: 3_600, isChanged: true },
      assignedClientId: 'made-up',
    };
    expect(connackProperties(aws, grants)).toEqual({
      receiveMaximum: 100,
      topicAliasMaximum: 8,
      maximumQoS: 1,
      retainAvailable: true,
      maximumPacketSize: 149_504,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: true,
      serverKeepAlive: 30,
      sessionExpiryInterval: 3_600,
      assignedClientIdentifier: 'made-up',
    });
  });

  it('says no Maximum QoS where QoS 2 is accepted, and nothing that was not changed', () => {
    const said = connackProperties(mqtt, {
      keepAlive: grantKeepAlive(mqtt, 10),
      sessionExpiry: { seconds: Infinity, isChanged: false },
    });
    expect(said).toMatchObject({ subscriptionIdentifiersAvailable: true, serverKeepAlive: 10 });
    expect(said).not.toHaveProperty('maximumQoS');
    expect(said).not.toHaveProperty('sessionExpiryInterval');
    expect(said).not.toHaveProperty('assignedClientIdentifier');
  });
});
