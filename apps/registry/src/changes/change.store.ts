import { Injectable } from '@nestjs/common';
import type { PrincipalChange } from '#thingcore/contracts';
import { inTransaction, rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import type { ChangeEntry, ChangeSubject, ToldEvent } from './change-entry.js';

/** What reads and writes inside of one transaction. */
export type TransactionManager = EntityManager;

/** Something that happened: an event to tell, an entry of the log, or both. */
export interface Fact {
  event?: ToldEvent;
  entry?: ChangeEntry | undefined;
}

/** Transactions of the registry, and what they leave behind for others, in PostgreSQL. */
@Injectable()
export class ChangeStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs `work` in one transaction, again when it lost against another one. Errors: its own, or what the database means. */
  transaction<T>(work: (manager: TransactionManager) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, work).catch(rejectWithIotError());
  }

  /** Stores what changed; answers the changes with the numbers that name them. */
  async keepChanges(manager: TransactionManager, subjects: ChangeSubject[], now: Date): Promise<PrincipalChange[]> {
    if (subjects.length === 0) return [];
    const rows = await manager.query<{ sequence: string; subject: PrincipalChange['subject']; name: string }[]>(
      `INSERT INTO principal_changes (subject, name, changed_at)
       SELECT subject, name, $3 FROM unnest($1::text[], $2::text[]) AS change (subject, name)
       RETURNING sequence, subject, name`,
      [subjects.map(({ subject }) => subject), subjects.map(({ name }) => name), now],
    );
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }

  /** Stores what happened in the log, and those events whose kind is enabled, in their order; answers how many events. */
  async keepFacts(manager: TransactionManager, facts: Fact[], now: Date): Promise<number> {
    if (facts.length === 0) return 0;
    const rows = await manager.query<unknown[]>(
      `WITH facts AS (
         SELECT * FROM unnest($1::text[], $2::text[], $3::json[], $4::text[], $5::text[], $6::jsonb[])
           WITH ORDINALITY AS fact (event_kind, topic, document, kind, operation, subject, position)
       ), logged AS (
         INSERT INTO registry_changes (kind, operation, subject, document, changed_at)
         SELECT kind, operation, subject, document, $7 FROM facts WHERE kind IS NOT NULL ORDER BY position
       )
       INSERT INTO event_outbox (topic, document, told_at, due_at)
       SELECT topic, document, $7, $7 FROM facts
       WHERE topic IS NOT NULL
         AND (event_kind IS NULL OR EXISTS (SELECT 1 FROM event_configurations AS enabled WHERE enabled.kind = event_kind))
       ORDER BY position
       RETURNING 1`,
      [
        facts.map(({ event }) => event?.kind),
        facts.map(({ event }) => event?.topic),
        facts.map(({ event }) => (event === undefined ? undefined : JSON.stringify(event.document))),
        facts.map(({ entry }) => entry?.kind),
        facts.map(({ entry }) => entry?.operation),
        facts.map(({ entry }) => (entry === undefined ? undefined : JSON.stringify(entry.subject))),
        now,
      ],
    );
    return rows.length;
  }
}
