import { checkTopicFilter, type TopicLimits } from '#thingcore/topics';
import { ENGINE_SLASHES } from '../ports/lane-limits.js';

/** How a shared subscription begins [MQTT-4.8.2-1]. */
const SHARE = '$share/';

/**
 * How the engine is told of one. It refuses `$share/` of MQTT 5 and takes that of MQTT 3.1.1 for a topic; a filter of a
 * client cannot begin like this, since no text has U+0000 [MQTT-1.5.4-2]. Of the same length, so that a packet keeps its.
 */
const DISGUISE = '\0share/';

/** The filter of a client in what the engine says. */
export function revealed(filter: string): string {
  return filter.startsWith(DISGUISE) ? SHARE + filter.slice(DISGUISE.length) : filter;
}

/** Whether the engine has a shared subscription in this filter. */
export function isDisguised(filter: string): boolean {
  return filter.startsWith(DISGUISE);
}

/** Hides that the filter at an offset is shared, in the packet that the engine is given; answers whether it is. */
export function disguise(packet: Buffer, at: number, end: number): boolean {
  const isShared = end - at >= SHARE.length && packet.toString('latin1', at, at + SHARE.length) === SHARE;
  if (isShared) packet[at] = 0;
  return isShared;
}

/** What the engine takes without an error. */
const ENGINE_LIMITS: TopicLimits = {
  maxBytes: Number.POSITIVE_INFINITY,
  maxSlashes: ENGINE_SLASHES,
  maxShareNameLength: Number.POSITIVE_INFINITY,
};

/** What means something in a filter: `#`, `+` and `/`. */
const SYMBOLS: ReadonlySet<number> = new Set(Buffer.from('#+/'));

/**
 * Takes the symbols out of a filter that no topic can match, in the packet that the engine is given: it would end the
 * connection for one, where the SUBACK can say so [MQTT-3.9.3-2]. Such a filter is one that {@link isNeutralized} knows.
 */
export function neutralize(packet: Buffer, at: number, end: number): void {
  if (checkTopicFilter(revealed(packet.toString('utf8', at, end)), ENGINE_LIMITS) === undefined) return;
  for (let index = at; index < end; index++) if (SYMBOLS.has(packet[index] as number)) packet[index] = 0;
}

/** Whether a filter, as the engine has it, was no filter. */
export function isNeutralized(filter: string): boolean {
  return revealed(filter).includes('\0');
}
