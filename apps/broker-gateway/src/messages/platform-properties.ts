import type { MessageProperties } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { checkTopicName } from '#thingcore/topics';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { grantMessageExpiry } from '../profile/connect-rules.js';
import { topicLimits } from '../profile/lane-limits.js';

/**
 * The MQTT 5 properties of a message of the platform, as the profile grants them.
 *
 * @throws IotError `InvalidRequest` for one that is larger than a client might send, or no topic
 */
export function grantedProperties(
  properties: MessageProperties | undefined,
  profile: BrokerProfile,
): MessageProperties | undefined {
  if (properties === undefined) return undefined;
  const { contentType = '', responseTopic, correlationData = '', userProperties = [] } = properties;
  atMost('contentType', Buffer.byteLength(contentType), profile.contentTypeBytes);
  atMost('correlationData', Buffer.byteLength(correlationData, 'base64'), profile.correlationDataBytes);
  const userBytes = userProperties.reduce(
    (sum, pair) => sum + Buffer.byteLength(pair[0]) + Buffer.byteLength(pair[1]),
    0,
  );
  atMost('userProperties', userBytes, profile.userPropertiesBytes);
  if (responseTopic !== undefined) {
    atMost('responseTopic', Buffer.byteLength(responseTopic), profile.responseTopicBytes);
    const problem = checkTopicName(responseTopic, topicLimits(profile)); // [MQTT-3.3.2-14]
    if (problem !== undefined) throw invalid('responseTopic', problem);
  }
  const { messageExpiryInterval: seconds } = properties;
  return seconds === undefined
    ? properties
    : { ...properties, messageExpiryInterval: grantMessageExpiry(profile, seconds) };
}

function atMost(name: string, bytes: number, limit: number): void {
  if (bytes > limit) throw invalid(name, `it has at most ${limit} bytes, not ${bytes}`);
}

function invalid(name: string, problem: string): IotError {
  const field = `properties.${name}`;
  return new IotError('InvalidRequest', `${field}: ${problem}`, { details: { field } });
}
