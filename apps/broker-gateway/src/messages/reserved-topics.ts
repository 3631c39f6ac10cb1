import { IotError } from '#thingcore/errors';
import { parseReservedTopic, type ReservedTopic } from '#thingcore/topics';

/** A request to the shadow service, in the form of a message. */
export type ShadowRequestTopic = Extract<ReservedTopic, { kind: 'shadow-request' }>;

/** A request of fleet provisioning, in the form of a message. */
export type ProvisioningRequestTopic = Extract<ReservedTopic, { kind: 'provisioning-request' }>;

/**
 * What a message on this topic asks of the platform: nothing, or something of the shadow service or of fleet provisioning.
 *
 * @throws `InvalidRequest` for a reserved topic that nobody may publish on. AWS: Reserved topics, unsupported operations
 * on them end the connection.
 */
export function platformRequest(topic: string): ShadowRequestTopic | ProvisioningRequestTopic | undefined {
  const reserved = parseReservedTopic(topic);
  if (reserved === undefined) return undefined;
  switch (reserved.kind) {
    case 'shadow-request':
    case 'provisioning-request':
      return reserved;
    case 'basic-ingest':
      // For the rule it names and for nobody else: the tap of the rules takes it.
      return undefined;
    default:
      throw new IotError('InvalidRequest', `Topic ${topic} is reserved: clients do not publish on it`, {
        details: { topic },
      });
  }
}

/**
 * The same for a message that comes on no MQTT connection: of HTTPS, of a rule, of an application, or a last will.
 *
 * @throws `InvalidRequest` also for a request of fleet provisioning, whose answer only its own connection may see
 */
export function requestWithoutConnection(topic: string): ShadowRequestTopic | undefined {
  const request = platformRequest(topic);
  if (request?.kind !== 'provisioning-request') return request;
  const text = `Topic ${topic} takes requests of devices over MQTT: the answer goes to the connection that asks, and here is none`;
  throw new IotError('InvalidRequest', text, { details: { topic } });
}

/** Whether a topic, or a filter, is of Basic Ingest: `$aws/rules/{rule}/...`. */
export function isBasicIngest(topic: string): boolean {
  return topic.startsWith('$aws/rules/');
}

/** Whether what is published on a topic is for the platform alone: no subscriber gets it, and nothing of it is kept. */
export function isForPlatformAlone(topic: string): boolean {
  return isBasicIngest(topic) || parseReservedTopic(topic)?.kind === 'provisioning-request';
}
