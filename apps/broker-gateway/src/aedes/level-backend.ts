import { Readable } from 'node:stream';
import LevelPersistence from 'aedes-persistence-level/asyncPersistence.js';
import { ClassicLevel } from 'classic-level';
import type { Clock } from '#thingcore/platform';
import { keepRetainedIn } from '../retained/engine-retained.js';
import { LevelRetainedRecords } from '../retained/level-retained-records.js';
import { type RetainedRules, RetainedStore } from '../retained/retained-store.js';
import type { AedesBackend, StoredSession } from './aedes-backend.js';

/** The store has subscriptions under `subscriptions:<client id, escaped>:<filter>`. A restart in a test holds it. */
const SUBSCRIPTIONS = 'subscriptions:';

/** Behind all keys that begin with {@link SUBSCRIPTIONS}. */
const BEHIND_SUBSCRIPTIONS = 'subscriptions;';

/** It keeps no wills: the cluster does, even that of a single node, and publishes those that a killed process left. */
class SessionPersistence extends LevelPersistence {
  /** Clients that may have subscriptions in the store. Every clean session asks for its own. */
  private readonly known = new Set<string>();
  private knowsAll = false;

  /** Tells of all clients that have subscriptions in the store: from now on, no others are looked for. */
  remember(clientIds: Iterable<string>): void {
    for (const clientId of clientIds) this.known.add(clientId);
    this.knowsAll = true;
  }

  override addSubscriptions(...change: Parameters<LevelPersistence['addSubscriptions']>): Promise<unknown> {
    this.known.add(change[0].id);
    return super.addSubscriptions(...change);
  }

  override async cleanSubscriptions(client: { id: string }): Promise<void> {
    if (this.knowsAll && !this.known.delete(client.id)) return;
    await super.cleanSubscriptions(client);
  }

  override putWill(): Promise<void> {
    return Promise.resolve();
  }

  override delWill(): Promise<void> {
    return Promise.resolve();
  }

  override streamWill(): Readable {
    return Readable.from([]);
  }
}

/** Sessions and retained messages in a database of files. Caution: for one process only. */
export function levelBackend(directory: string, clock: Clock, rules: RetainedRules): AedesBackend {
  const database = new ClassicLevel(directory);
  const retained = new RetainedStore(new LevelRetainedRecords(database), clock, rules);
  const persistence = keepRetainedIn(retained, new SessionPersistence(database), () => clock.now());
  return {
    persistence,
    retained,
    sessions: () => storedSessions(database, persistence),
    close: () => persistence.destroy(),
  };
}

async function* storedSessions(database: ClassicLevel, persistence: SessionPersistence): AsyncGenerator<StoredSession> {
  const clientIds: string[] = [];
  let last: string | undefined;
  // Keys come in order: those of one client one after the other.
  for await (const key of database.keys({ gte: SUBSCRIPTIONS, lt: BEHIND_SUBSCRIPTIONS })) {
    const escaped = key.split(':')[1] ?? '';
    if (escaped === last) continue;
    last = escaped;
    const clientId = decodeURIComponent(escaped);
    clientIds.push(clientId);
    yield { clientId, subscriptions: await persistence.subscriptionsByClient({ id: clientId }) };
  }
  persistence.remember(clientIds);
}
