import { Injectable } from '@nestjs/common';
import { type PrincipalChange, principalChanged, type RegistryEventKind } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { ChangeStore, type ChangeSubject, type ToldEvent, type TransactionManager } from './change.store.js';
import { EventRelay } from './event-relay.js';

/** What has the same fate as the rows written through `manager`: all of it counts, or none. */
export interface RegistryTransaction {
  readonly manager: TransactionManager;
  /** Notes that principals which depend on this subject must be resolved anew. */
  affects(subject: PrincipalChange['subject'], name: string): void;
  /** Tells a registry event, if its kind is enabled. AWS: at least once, unordered. */
  tell(kind: RegistryEventKind, topic: string, document: JsonObject): void;
  /** Tells an event that cannot be disabled. */
  tellAlways(topic: string, document: JsonObject): void;
}

/**
 * The one way in which the registry changes anything. What the change means for live connections, and the events that
 * tell of it, are stored in the same transaction and go out after it: a crash in between loses neither.
 */
@Injectable()
export class RegistryTransactions {
  constructor(
    private readonly store: ChangeStore,
    private readonly relay: EventRelay,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Runs `work` in one transaction. It may run again after a conflict with another transaction, so it must have no
   * effect beside what it does through its argument.
   */
  async run<T>(work: (transaction: RegistryTransaction) => Promise<T>): Promise<T> {
    const { result, changes, told } = await this.store.transaction(async (manager) => {
      const subjects = new Map<string, ChangeSubject>();
      const events: ToldEvent[] = [];
      const result = await work({
        manager,
        affects: (subject, name) => subjects.set(`${subject} ${name}`, { subject, name }),
        tell: (kind, topic, document) => events.push({ kind, topic, document }),
        tellAlways: (topic, document) => events.push({ kind: null, topic, document }),
      });
      const now = new Date(this.clock.now());
      const told = await this.store.keepEvents(manager, events, now);
      return { result, changes: await this.store.keepChanges(manager, [...subjects.values()], now), told };
    });
    if (told > 0) this.relay.wake();
    if (changes.length > 0) await this.broadcast(changes);
    return result;
  }

  /** Whoever misses it finds the changes by itself: the broadcast only makes it quick, and the change has happened. */
  private async broadcast(changes: PrincipalChange[]): Promise<void> {
    try {
      await this.events.publish(principalChanged, { changes });
    } catch (error) {
      this.logger.warn('changes of principals could not be broadcast', { error: String(error) });
    }
  }
}
