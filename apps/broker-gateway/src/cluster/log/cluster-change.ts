import { IotError } from '#thingcore/errors';

/** What a session asked for with a filter, as nodes tell each other. */
export interface SharedSubscriptionOptions {
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly identifier?: number | undefined;
}

/** What the connections of a node want, as far as it changed. */
export interface InterestChange {
  /** Filters that at least one connection has, or none any more. */
  readonly filters: Readonly<Record<string, boolean>>;
  /** Members of shared subscriptions among the connections, by whole filter; 0 for none any more. */
  readonly groups: Readonly<Record<string, number>>;
}

/** Something that all nodes must know. */
export type ClusterChange =
  | { readonly type: 'interest'; readonly nodeId: string; readonly change: InterestChange }
  | { readonly type: 'gone'; readonly nodeId: string }
  | {
      readonly type: 'subscribe';
      readonly clientId: string;
      readonly subscriptions: Readonly<Record<string, SharedSubscriptionOptions>>;
    }
  | { readonly type: 'unsubscribe'; readonly clientId: string; readonly filters: readonly string[] }
  | { readonly type: 'ended'; readonly clientId: string }
  /** `undefined`: not connected. */
  | { readonly type: 'locate'; readonly clientId: string; readonly nodeId: string | undefined };

/** A change as it stands in the log. */
export interface LoggedChange {
  /** 1, 2, 3, … without gaps. */
  readonly number: number;
  /** The node that made it, when it has done for itself what the change is about; '' otherwise. */
  readonly origin: string;
  readonly change: ClusterChange;
}

/**
 * Reads an entry of the log: `t` the type, `o` the origin, `n` a node, `c` a client, `d` JSON.
 *
 * @throws IotError `Internal` for an entry that no node writes
 */
export function readLoggedChange(entryId: string, fields: readonly string[]): LoggedChange {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) values.set(fields[at] ?? '', fields[at + 1] ?? '');
  const text = (name: string) => values.get(name) ?? '';
  const change = readChange(text('t'), text('n'), text('c'), text('d'));
  return { number: Number.parseInt(entryId, 10), origin: text('o'), change };
}

function readChange(type: string, nodeId: string, clientId: string, json: string): ClusterChange {
  switch (type) {
    case 'interest':
      return { type, nodeId, change: JSON.parse(json) as InterestChange };
    case 'gone':
      return { type, nodeId };
    case 'subscribe':
      return { type, clientId, subscriptions: JSON.parse(json) as Record<string, SharedSubscriptionOptions> };
    case 'unsubscribe':
      return { type, clientId, filters: JSON.parse(json) as string[] };
    case 'ended':
      return { type, clientId };
    case 'locate':
      return { type, clientId, nodeId: nodeId === '' ? undefined : nodeId };
    default:
      throw new IotError('Internal', `The log of the cluster has a change of the unknown type ${JSON.stringify(type)}`);
  }
}
