import { reviveError } from '#thingcore/errors';
import { checkTopicName } from '#thingcore/topics';
import { grantedProperties } from '../messages/platform-properties.js';
import { isForPlatformAlone, requestWithoutConnection } from '../messages/reserved-topics.js';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { topicLimits } from '../profile/lane-limits.js';
import type { MqttMessage } from './mqtt-message.js';
import { ReasonCode } from './refusal-codes.js';
import { RefusedConnect } from './refused-connect.js';

/**
 * Holds a last will to what a message may be, when the client connects: it may be published when nobody can be asked any
 * more. Answers it as it is published, with the properties that the profile grants.
 *
 * @throws RefusedConnect 0x9B, 0x90 or 0x95
 */
export function grantedWill(profile: BrokerProfile, will: MqttMessage): MqttMessage {
  const { topic, payload, qos } = will;
  if (qos === 2 && !profile.acceptsQos2) {
    // AWS: CONNACK reason codes, the QoS of the will
    throw new RefusedConnect('InvalidRequest', 'A last will has QoS 0 or 1 here, not 2', ReasonCode.qosNotSupported);
  }
  const problem = checkTopicName(topic, topicLimits(profile)) ?? reservation(profile, will);
  if (problem !== undefined) throw new RefusedConnect('InvalidRequest', problem, ReasonCode.topicNameInvalid);
  if (payload.length > profile.payloadBytes) {
    const text = `A last will has at most ${profile.payloadBytes} bytes, not ${payload.length}`;
    throw new RefusedConnect('PayloadTooLarge', text, ReasonCode.packetTooLarge);
  }
  return { ...will, properties: propertiesOf(profile, will) };
}

/** Why nobody may publish the will on its topic, or not to be retained; `undefined` when somebody may. */
function reservation(profile: BrokerProfile, { topic, retain }: MqttMessage): string | undefined {
  if (retain && (isForPlatformAlone(topic) || (topic.startsWith('$') && !profile.retainsReservedTopics))) {
    // AWS: MQTT retained messages, reserved topics
    return `No messages are retained on ${topic}, which begins with $`;
  }
  try {
    requestWithoutConnection(topic);
    return undefined;
  } catch (error) {
    return reviveError(error).message;
  }
}

/** AWS IoT quotas: what holds for the properties of a message holds for those of a will. */
function propertiesOf(profile: BrokerProfile, { properties }: MqttMessage): MqttMessage['properties'] {
  try {
    return grantedProperties(properties, profile);
  } catch (error) {
    throw new RefusedConnect(
      'InvalidRequest',
      `The last will: ${reviveError(error).message}`,
      ReasonCode.packetTooLarge,
    );
  }
}
