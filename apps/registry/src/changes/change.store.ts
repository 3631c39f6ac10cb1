import { Injectable } from '@nestjs/common';
import type { PrincipalChange, RegistryEventKind } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { inTransaction, rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** What reads and writes inside of one transaction. */
export type TransactionManager = EntityManager;

/** What something changed about: principals that depend on it must be resolved anew. */
export type ChangeSubject = Pick<PrincipalChange, 'subject' | 'name'>;

/** An event to tell; `kind` null for one that cannot be disabled. */
export interface ToldEvent {
  kind: RegistryEventKind | null;
  topic: string;
  document: JsonObject;
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

  /** Stores those events whose kind is enabled, in their order; answers how many. */
  async keepEvents(manager: TransactionManager, events: ToldEvent[], now: Date): Promise<number> {
    if (events.length === 0) return 0;
    const rows = await manager.query<unknown[]>(
      `INSERT INTO event_outbox (topic, document, told_at, due_at)
       SELECT told.topic, told.document, $4, $4
       FROM unnest($1::text[], $2::text[], $3::json[]) WITH ORDINALITY AS told (kind, topic, document, position)
       WHERE told.kind IS NULL OR EXISTS (SELECT 1 FROM event_configurations AS enabled WHERE enabled.kind = told.kind)
       ORDER BY told.position
       RETURNING 1`,
      [
        events.map(({ kind }) => kind),
        events.map(({ topic }) => topic),
        events.map(({ document }) => JSON.stringify(document)),
        now,
      ],
    );
    return rows.length;
  }
}
