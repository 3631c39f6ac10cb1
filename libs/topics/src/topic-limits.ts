import { basicIngestRest } from './reserved-topic.js';
import { isShared, parseSharedSubscription } from './shared-subscription.js';

/** What a dialect allows in a topic name or filter. The prefixes `$share/<name>/` and `$aws/rules/<rule>/` are free. */
export interface TopicLimits {
  /** Size in bytes of UTF-8. */
  readonly maxBytes: number;
  /** Number of `/`; one less than the number of levels. */
  readonly maxSlashes: number;
  /** Size of the name of a shared subscription, in characters. */
  readonly maxShareNameLength: number;
}

/** AWS: IoT Core quotas, "Message broker": 256 bytes and 7 slashes; these cannot be raised. */
export const AWS_TOPIC_LIMITS: TopicLimits = { maxBytes: 256, maxSlashes: 7, maxShareNameLength: 128 };

/** The standard knows only the size of an encoded string [MQTT-4.7.3-3]. */
export const STANDARD_TOPIC_LIMITS: TopicLimits = {
  maxBytes: 65_535,
  maxSlashes: Number.POSITIVE_INFINITY,
  maxShareNameLength: Number.POSITIVE_INFINITY,
};

/** Says what is wrong with a topic name as one sentence for a person, or `undefined` when it may be published to. */
export function checkTopicName(topic: string, limits: TopicLimits = AWS_TOPIC_LIMITS): string | undefined {
  if (topic === '') return 'A topic name must have at least one character.'; // [MQTT-4.7.3-1]
  if (/[+#]/.test(topic)) {
    return `The topic name "${topic}" contains a wildcard; + and # are for topic filters only.`; // [MQTT-3.3.2-2]
  }
  return checkText('topic name', topic) ?? checkSize('topic name', topic, limits);
}

/**
 * Says what is wrong with a topic filter, shared or not, as one sentence for a person, or `undefined` when it may be
 * subscribed to.
 */
export function checkTopicFilter(filter: string, limits: TopicLimits = AWS_TOPIC_LIMITS): string | undefined {
  if (filter === '') return 'A topic filter must have at least one character.'; // [MQTT-4.7.3-1]
  const wrong = checkText('topic filter', filter);
  if (wrong !== undefined) return wrong;
  if (!isShared(filter)) return checkWildcards(filter) ?? checkSize('topic filter', filter, limits);

  const shared = parseSharedSubscription(filter);
  if (shared === undefined) {
    // [MQTT-4.8.2-1]
    return `The topic filter "${filter}" starts a shared subscription; write $share/<name>/<filter> with both parts.`;
  }
  return (
    checkShareName(shared.shareName, limits) ??
    checkWildcards(shared.filter) ??
    checkSize('topic filter', shared.filter, limits)
  );
}

function checkShareName(shareName: string, limits: TopicLimits): string | undefined {
  if (/[+#]/.test(shareName)) return `The share name "${shareName}" must not contain + or #.`; // [MQTT-4.8.2-2]
  if ([...shareName].length > limits.maxShareNameLength) {
    return `The share name "${shareName}" is longer than ${limits.maxShareNameLength} characters.`;
  }
  return undefined;
}

function checkWildcards(filter: string): string | undefined {
  const levels = filter.split('/');
  for (const [depth, level] of levels.entries()) {
    // [MQTT-4.7.1-1]
    if (level.includes('#') && (level !== '#' || depth !== levels.length - 1)) {
      return `In the topic filter "${filter}" the wildcard # must stand alone in the last level.`;
    }
    // [MQTT-4.7.1-2] of MQTT 5, [MQTT-4.7.1-3] of MQTT 3.1.1
    if (level.includes('+') && level !== '+') {
      return `In the topic filter "${filter}" the wildcard + must stand alone in its level.`;
    }
  }
  return undefined;
}

/** What no encoded string of MQTT may contain, whatever it means. */
function checkText(noun: string, text: string): string | undefined {
  if (text.includes('\0')) return `The ${noun} contains the character U+0000.`; // [MQTT-1.5.4-2], [MQTT-4.7.3-2]
  if (/\p{Surrogate}/u.test(text)) return `The ${noun} contains half of a surrogate pair.`; // [MQTT-1.5.4-1]
  return undefined;
}

function checkSize(noun: string, text: string, limits: TopicLimits): string | undefined {
  const counted = basicIngestRest(text) ?? text;
  const bytes = Buffer.byteLength(counted);
  if (bytes > limits.maxBytes) return `The ${noun} has ${bytes} bytes; at most ${limits.maxBytes} are allowed.`;
  const slashes = countSlashes(counted);
  if (slashes > limits.maxSlashes) {
    return `The ${noun} "${text}" has ${slashes} slashes; at most ${limits.maxSlashes} are allowed.`;
  }
  return undefined;
}

function countSlashes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) count++;
  return count;
}
