import { parseReservedTopic } from '#thingcore/topics';

/** The rule that a topic of Basic Ingest names: `$aws/rules/{rule}/...`; undefined for every other topic. */
export function basicIngestRule(topic: string): string | undefined {
  if (!topic.startsWith('$aws/rules/')) return undefined;
  const reserved = parseReservedTopic(topic);
  return reserved?.kind === 'basic-ingest' ? reserved.ruleName : undefined;
}
