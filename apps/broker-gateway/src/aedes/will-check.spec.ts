import type { MessageProperties } from '#thingcore/contracts';
import { profileNamed } from '../profile/broker-profile.js';
import type { MqttMessage } from './mqtt-message.js';
import type { RefusedConnect } from './refused-connect.js';
import { grantedWill } from './will-check.js';

const aws = profileNamed('aws');
const mqtt = profileNamed('mqtt');

const will = (changes: Partial<MqttMessage> = {}): MqttMessage => ({
  topic: 'wills/pump',
  payload: Buffer.from('gone'),
  qos: 1,
  retain: false,
  ...changes,
});

function reasonCodeOf(profile: typeof aws, message: MqttMessage): number | undefined {
  try {
    grantedWill(profile, message);
    return undefined;
  } catch (error) {
    return (error as RefusedConnect).reasonCode;
  }
}

describe('a last will', () => {
  it.each<[string, Partial<MqttMessage>, aws: number | undefined, mqtt: number | undefined]>([
    ['an ordinary topic', {}, undefined, undefined],
    ['QoS 2', { qos: 2 }, 0x9b, undefined],
    ['a wildcard in its topic', { topic: 'a/#' }, 0x90, 0x90],
    ['more levels than a topic may have', { topic: 'a/'.repeat(8) }, 0x90, undefined],
    ['the topic of a lifecycle event', { topic: '$aws/events/presence/connected/pump' }, 0x90, 0x90],
    ['the topic of an answer of the shadow service', { topic: '$aws/things/x/shadow/update/accepted' }, 0x90, 0x90],
    ['the topic of a shadow request', { topic: '$aws/things/x/shadow/update' }, undefined, undefined],
    ['a topic of Basic Ingest', { topic: '$aws/rules/r/a' }, undefined, undefined],
    ['a topic of Basic Ingest, to be retained', { topic: '$aws/rules/r/a', retain: true }, 0x90, 0x90],
    ['the topic of a provisioning request', { topic: '$aws/certificates/create/json' }, 0x90, 0x90],
    ['a topic that begins with $, to be retained', { topic: '$own', retain: true }, 0x90, 0x90],
    ['more bytes than a payload may have', { payload: Buffer.alloc(131_073) }, 0x95, undefined],
  ])('with %s is taken as the profile says', (_name, changes, codeOfAws, codeOfMqtt) => {
    expect([reasonCodeOf(aws, will(changes)), reasonCodeOf(mqtt, will(changes))]).toEqual([codeOfAws, codeOfMqtt]);
  });

  // AWS IoT quotas: content type, response topic, correlation data and user properties of a message
  it.each<[string, MessageProperties]>([
    ['a content type', { contentType: 'c'.repeat(257) }],
    ['a response topic', { responseTopic: 'r'.repeat(257) }],
    ['correlation data', { correlationData: Buffer.alloc(8_193).toString('base64') }],
    ['user properties', { userProperties: [['lot', 'x'.repeat(8_190)]] }],
  ])('has no larger %s than a message', (_name, properties) => {
    expect(reasonCodeOf(aws, will({ properties }))).toBe(0x95);
  });

  it('does not name a topic filter as its response topic [MQTT-3.3.2-14]', () => {
    expect(reasonCodeOf(mqtt, will({ properties: { responseTopic: 'a/+' } }))).toBeDefined();
  });

  it('expires as a message does that asks for the same time', () => {
    const expiryOf = (profile: typeof aws, messageExpiryInterval: number) =>
      grantedWill(profile, will({ properties: { messageExpiryInterval } })).properties?.messageExpiryInterval;
    expect([expiryOf(aws, 0), expiryOf(aws, 604_801), expiryOf(mqtt, 0)]).toEqual([1, 604_800, 0]);
  });
});
