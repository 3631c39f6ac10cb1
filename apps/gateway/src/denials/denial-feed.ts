import { Injectable } from '@nestjs/common';
import { listDenialsAfter } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { ClientConnection } from '../requests/client-connection.js';
import { LogFeed } from '../subscriptions/log-feed.js';
import type { DenialFilter } from './denial.args.js';
import { type RecordedDenial, toDenial } from './denial.type.js';

/** Brings denials to those who subscribed to them on this replica. */
@Injectable()
export class DenialFeed {
  private readonly feed: LogFeed<RecordedDenial, DenialFilter>;

  constructor(rpc: RpcClient, errors: ErrorTranslator, logger: Logger) {
    const log = {
      name: 'denials',
      read: async (filter: DenialFilter, after: string | undefined) => {
        const { denials, ...page } = await rpc.call(listDenialsAfter, { ...filter, after });
        return { ...page, entries: denials.map(({ cursor, denial }) => ({ ...toDenial(denial), cursor })) };
      },
      meets,
      translate: (error: unknown) => errors.translate(error),
    };
    this.feed = new LogFeed(log, logger);
  }

  /** The denials that meet a filter: those behind the cursor `after`, or those from now on. */
  subscribe(
    connection: ClientConnection,
    filter: DenialFilter,
    after?: string,
  ): Promise<AsyncIterableIterator<RecordedDenial>> {
    return this.feed.subscribe(connection, filter, after);
  }

  /** The broker has recorded denials. */
  wake(): void {
    this.feed.wake();
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.feed.size;
  }
}

function meets(denial: RecordedDenial, { thingName, certificateId, clientId }: DenialFilter): boolean {
  return (
    (thingName === undefined || denial.thingName === thingName) &&
    (certificateId === undefined || denial.principal === certificateId) &&
    (clientId === undefined || denial.clientId === clientId)
  );
}
