const PREFIX = '$share/';

/** The two parts of `$share/<shareName>/<filter>`. Members of one group have both in common. */
export interface SharedSubscription {
  readonly shareName: string;
  readonly filter: string;
}

/**
 * Splits the filter of a shared subscription; `undefined` when it is an ordinary filter or lacks a part. The parts are
 * not checked further: `checkTopicFilter` does that for the whole.
 */
export function parseSharedSubscription(filter: string): SharedSubscription | undefined {
  if (!isShared(filter)) return undefined;
  const end = filter.indexOf('/', PREFIX.length);
  if (end === -1) return undefined;
  const shareName = filter.slice(PREFIX.length, end);
  const rest = filter.slice(end + 1);
  return shareName === '' || rest === '' ? undefined : { shareName, filter: rest };
}

/** Whether a filter asks for a shared subscription, well formed or not. */
export function isShared(filter: string): boolean {
  return filter.startsWith(PREFIX) || filter === '$share';
}
