import { inSpan, TRACEPARENT_NAME } from '#thingcore/tracing';
import type { MqttMessage } from '../aedes/mqtt-message.js';
import type { Connection } from '../connection.js';

/**
 * Takes a message of a device within a span: a trace begins here, unless the device brings one along in the MQTT 5 user
 * property `traceparent`, which subscribers and rules get as it came all the same.
 */
export function tracePublish<T>({ clientId }: Connection, message: MqttMessage, take: () => T): T {
  const parent = message.properties?.userProperties?.find(([name]) => name === TRACEPARENT_NAME)?.[1];
  const attributes = { ...messageAttributes(message), 'messaging.client.id': clientId };
  return inSpan('mqtt publish', { side: 'server', isEdge: true, parent, attributes }, take);
}

/** Takes a message of the platform itself within a span of the trace that led to it, if any. */
export function tracePlatformPublish<T>(message: MqttMessage, traceparent: string | undefined, take: () => T): T {
  const attributes = messageAttributes(message);
  return inSpan('mqtt publish', { side: 'server', parent: traceparent, attributes }, take);
}

function messageAttributes({ topic, payload, qos }: MqttMessage) {
  return {
    'messaging.system': 'mqtt',
    'messaging.operation.name': 'publish',
    'messaging.destination.name': topic,
    'messaging.message.body.size': payload.length,
    'thingcore.mqtt.qos': qos,
  };
}
