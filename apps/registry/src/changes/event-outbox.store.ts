import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** An event that waits to be published. */
export interface OutgoingEvent {
  sequence: string;
  topic: string;
  document: JsonObject;
}

/** The registry events that transactions told and nobody has published yet, in PostgreSQL. */
@Injectable()
export class EventOutboxStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes the oldest events that are due; no other relay gets them before `leaseUntil`. */
  async claim(limit: number, now: Date, leaseUntil: Date): Promise<OutgoingEvent[]> {
    const [rows] = await this.query<[OutgoingEvent[], number]>(
      `UPDATE event_outbox AS event SET due_at = $3
       FROM (
         SELECT sequence FROM event_outbox WHERE due_at <= $2 ORDER BY sequence LIMIT $1 FOR UPDATE SKIP LOCKED
       ) AS due
       WHERE event.sequence = due.sequence
       RETURNING event.sequence, event.topic, event.document`,
      [limit, now, leaseUntil],
    );
    return rows.sort((left, right) => Number(left.sequence) - Number(right.sequence));
  }

  /** Forgets events that are published. */
  async forget(sequences: string[]): Promise<void> {
    await this.query('DELETE FROM event_outbox WHERE sequence = ANY($1::bigint[])', [sequences]);
  }

  /** Lets events be tried again at `dueAt`. */
  async postpone(sequences: string[], dueAt: Date): Promise<void> {
    await this.query('UPDATE event_outbox SET due_at = $2 WHERE sequence = ANY($1::bigint[])', [sequences, dueAt]);
  }

  /** How many there are. */
  async count(): Promise<number> {
    const [row] = await this.query<{ count: number }[]>('SELECT count(*)::integer AS count FROM event_outbox', []);
    return row?.count ?? 0;
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
