import type { Caller } from '../access/caller.js';
import type { Loaders } from '../batching/loaders.js';
import type { ClientConnection } from './client-connection.js';

/** What resolvers know of the request they serve. */
export interface GatewayContext {
  /** Absent only while a request is being turned away. */
  readonly caller: Caller | undefined;
  /** Where the request comes from. */
  readonly address?: string | undefined;
  readonly loaders: Loaders;
}

/** What resolvers of subscriptions know beside that. */
export interface SubscriptionContext extends GatewayContext {
  readonly connection: ClientConnection;
  /** The last event a client of an event stream has seen, as it says when it comes back: as if `after` were given. */
  readonly lastEventId?: string | undefined;
}
