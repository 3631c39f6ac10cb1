import type { BrokerMessage } from '#thingcore/contracts';
import { type Mqtt5Properties, openMessage, type RuleMessage } from '#thingcore/rules-sql';
import { basicIngestRule } from '../topic-rules/basic-ingest.js';

/** Makes a message of the broker readable for rules. Its id is the trace id: log lines and error messages carry it. */
export function openBrokerMessage(message: BrokerMessage): RuleMessage {
  const { topic, clientId, principal, sourceIp, messageId } = message;
  const ruleName = basicIngestRule(topic);
  return openMessage({
    topic,
    payload: Buffer.from(message.payload, 'base64'),
    protocol: 'mqtt',
    clientId,
    principal,
    sourceIp,
    traceId: messageId,
    ruleName,
    basicIngest: ruleName !== undefined,
    mqtt5: toMqtt5(message),
  });
}

function toMqtt5({ properties }: BrokerMessage): Mqtt5Properties | undefined {
  if (properties === undefined) return undefined;
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } = properties;
  return {
    contentType,
    responseTopic,
    correlationData,
    userProperties,
    ...(payloadFormatIndicator === undefined
      ? {}
      : { payloadFormatIndicator: payloadFormatIndicator ? 'UTF8_DATA' : 'UNSPECIFIED_BYTES' }),
  };
}
