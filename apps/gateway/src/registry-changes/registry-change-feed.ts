import { Injectable } from '@nestjs/common';
import { listRegistryChanges, type RegistryChangeFilter } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { ClientConnection } from '../requests/client-connection.js';
import { LogFeed } from '../subscriptions/log-feed.js';
import { type RegistryChange, toRegistryChange } from './registry-change.type.js';

/** Brings changes of the registry to those who subscribed to them on this replica. */
@Injectable()
export class RegistryChangeFeed {
  private readonly feed: LogFeed<RegistryChange, RegistryChangeFilter>;

  constructor(rpc: RpcClient, errors: ErrorTranslator, logger: Logger) {
    const log = {
      name: 'changes of the registry',
      read: async (filter: RegistryChangeFilter, after: string | undefined) => {
        const { changes, ...page } = await rpc.call(listRegistryChanges, { ...filter, after });
        return { ...page, entries: changes.map(toRegistryChange) };
      },
      meets,
      translate: (error: unknown) => errors.translate(error),
    };
    this.feed = new LogFeed(log, logger);
  }

  /** The changes that meet a filter: those behind the cursor `after`, or those from now on. */
  subscribe(
    connection: ClientConnection,
    filter: RegistryChangeFilter,
    after?: string,
  ): Promise<AsyncIterableIterator<RegistryChange>> {
    return this.feed.subscribe(connection, filter, after);
  }

  /** The log has grown. */
  wake(): void {
    this.feed.wake();
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.feed.size;
  }
}

function meets(change: RegistryChange, { kinds, thingName, thingGroupName }: RegistryChangeFilter): boolean {
  return (
    (kinds === undefined || kinds.includes(change.kind)) &&
    (thingName === undefined || change.thingName === thingName) &&
    (thingGroupName === undefined || change.thingGroupName === thingGroupName)
  );
}
