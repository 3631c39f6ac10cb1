/** Where the dialects of MQTT differ in matching. */
export interface MatchOptions {
  /**
   * Whether `a/#` also matches `a` itself. The standard says yes [MQTT-4.7.1-2]; AWS IoT Core says no, which is the
   * default.
   */
  readonly parentMatchesHash?: boolean;
}

/**
 * Whether a topic name matches a topic filter, both valid (see `checkTopicName`, `checkTopicFilter`). The filter of a
 * shared subscription is passed without its `$share/<name>/` (see `parseSharedSubscription`). For one topic against
 * many filters use `TopicTrie`, which gives the same answers.
 */
export function matchesFilter(filter: string, topic: string, options: MatchOptions = {}): boolean {
  // [MQTT-4.7.2-1]: a filter that starts with a wildcard never matches a topic that starts with $.
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false;

  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  for (const [depth, level] of filterLevels.entries()) {
    if (level === '#' && depth === filterLevels.length - 1) {
      return depth < topicLevels.length || options.parentMatchesHash === true;
    }
    if (depth >= topicLevels.length) return false;
    if (level !== '+' && level !== topicLevels[depth]) return false;
  }
  return filterLevels.length === topicLevels.length;
}
