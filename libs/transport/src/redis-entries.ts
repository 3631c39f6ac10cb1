/** One entry of a stream: its id and its fields by name. */
export interface StreamEntry {
  readonly id: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** The entries of one stream in a reply of XREAD or XREADGROUP. */
export interface StreamEntries {
  readonly stream: string;
  readonly entries: readonly StreamEntry[];
}

/** Reads a reply of XREAD or XREADGROUP; null (nothing came in time) is an empty list. */
export function parseStreams(reply: unknown): StreamEntries[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((item: unknown) => {
    if (!Array.isArray(item)) return [];
    const [stream, entries] = item as [unknown, unknown];
    return [{ stream: String(stream), entries: parseEntries(entries) }];
  });
}

/** Reads a list of entries; one that was deleted meanwhile comes as null and is left out. */
export function parseEntries(list: unknown): StreamEntry[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    if (!Array.isArray(item) || !Array.isArray(item[1])) return [];
    const pairs = item[1] as string[];
    const fields = new Map<string, string>();
    for (let index = 0; index + 1 < pairs.length; index += 2) fields.set(pairs[index] ?? '', pairs[index + 1] ?? '');
    return [{ id: String(item[0]), fields }];
  });
}

/** When Redis took an entry in, in milliseconds since the epoch. */
export function entryTimeMs(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}

/** The smallest id after this one. */
export function nextEntryId(id: string): string {
  const [time = '0', sequence = '0'] = id.split('-');
  return `${time}-${BigInt(sequence) + 1n}`;
}

/** Orders entry ids by age: negative when `left` is older. */
export function compareEntryIds(left: string, right: string): number {
  const [leftTime = '0', leftSequence = '0'] = left.split('-');
  const [rightTime = '0', rightSequence = '0'] = right.split('-');
  return Number(leftTime) - Number(rightTime) || Number(BigInt(leftSequence) - BigInt(rightSequence));
}
