import { IotError } from '#thingcore/errors';
import { parseReservedTopic, type ReservedTopic } from '#thingcore/topics';

/** A request to the shadow service, in the form of a message. */
export type ShadowRequestTopic = Extract<ReservedTopic, { kind: 'shadow-request' }>;

/**
 * What a message on this topic asks of the platform: nothing, or something of the shadow service.
 *
 * @throws `InvalidRequest` for a reserved topic that nobody may publish on. AWS: Reserved topics, unsupported operations
 * on them end the connection.
 */
export function platformRequest(topic: string): ShadowRequestTopic | undefined {
  const reserved = parseReservedTopic(topic);
  if (reserved === undefined) return undefined;
  switch (reserved.kind) {
    case 'shadow-request':
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

/** Whether a topic, or a filter, is of Basic Ingest: `$aws/rules/{rule}/...`. */
export function isBasicIngest(topic: string): boolean {
  return topic.startsWith('$aws/rules/');
}
