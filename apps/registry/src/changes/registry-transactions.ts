import { Injectable } from '@nestjs/common';
import {
  type PrincipalChange,
  principalChanged,
  registryChangesStored,
  type RegistryEventKind,
} from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import {
  type ChangeSubject,
  entriesOfSubjects,
  entryOfEvent,
  entryOfNote,
  type NotedChange,
  type ToldEvent,
} from './change-entry.js';
import { ChangeStore, type Fact, type TransactionManager } from './change.store.js';
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
  /** Notes what no event tells of, for the log of changes. */
  notes(kind: NotedChange['kind'], operation: NotedChange['operation'], name: string): void;
}

/**
 * The one way in which the registry changes anything. What the change means for live connections, and the events that
 * tell of it, are stored in the same transaction and go out after it: a crash in between loses neither.
 */
@Injectable()
export class RegistryTransactions {
  private isAnnouncing = false;
  private hasGrown = false;

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
    const { result, changes, told, isLogged } = await this.store.transaction(async (manager) => {
      const subjects = new Map<string, ChangeSubject>();
      const facts: Fact[] = [];
      const result = await work({
        manager,
        affects: (subject, name) => subjects.set(`${subject} ${name}`, { subject, name }),
        tell: (kind, topic, document) => facts.push(factOf({ kind, topic, document })),
        tellAlways: (topic, document) => facts.push(factOf({ kind: null, topic, document })),
        notes: (kind, operation, name) => facts.push({ entry: entryOfNote({ kind, operation, name }) }),
      });
      const now = new Date(this.clock.now());
      const all = withSubjects(facts, subjects);
      const told = await this.store.keepFacts(manager, all, now);
      const changes = await this.store.keepChanges(manager, [...subjects.values()], now);
      return { result, changes, told, isLogged: all.some(({ entry }) => entry !== undefined) };
    });
    if (told > 0) this.relay.wake();
    if (isLogged) this.announce();
    if (changes.length > 0) await this.broadcast(changes);
    return result;
  }

  /** Tells who follows the log that it has grown: one event at a time, and one more for all that came meanwhile. */
  private announce(): void {
    if (this.isAnnouncing) {
      this.hasGrown = true;
      return;
    }
    this.isAnnouncing = true;
    this.hasGrown = false;
    this.events
      .publish(registryChangesStored, {})
      // Followers look by themselves now and then, too.
      .catch((error: unknown) => this.logger.warn('the log of changes has grown untold', { error: String(error) }))
      .finally(() => {
        this.isAnnouncing = false;
        if (this.hasGrown) this.announce();
      });
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

function factOf(event: ToldEvent): Fact {
  return { event, entry: entryOfEvent(event) };
}

function withSubjects(facts: readonly Fact[], subjects: ReadonlyMap<string, ChangeSubject>): Fact[] {
  const others = facts.flatMap(({ entry }) => entry ?? []);
  return [...facts, ...entriesOfSubjects([...subjects.values()], others).map((entry) => ({ entry }))];
}
