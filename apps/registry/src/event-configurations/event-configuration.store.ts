import { Injectable } from '@nestjs/common';
import type { RegistryEventKind } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** Which kinds of registry events are enabled, in PostgreSQL: a row for each. */
@Injectable()
export class EventConfigurationStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The kinds that are enabled. */
  async enabled(manager: EntityManager = this.dataSource.manager): Promise<RegistryEventKind[]> {
    const rows = await manager
      .query<{ kind: RegistryEventKind }[]>('SELECT kind FROM event_configurations')
      .catch(rejectWithIotError());
    return rows.map(({ kind }) => kind);
  }

  /** When events were configured first and last, in milliseconds; nothing when they never were. */
  async times(): Promise<{ createdAt?: number; lastModifiedAt?: number }> {
    const [row] = await this.dataSource
      .query<{ created_at: Date; last_modified_at: Date }[]>(
        'SELECT created_at, last_modified_at FROM event_configuration_times',
      )
      .catch(rejectWithIotError());
    return row === undefined
      ? {}
      : { createdAt: row.created_at.getTime(), lastModifiedAt: row.last_modified_at.getTime() };
  }

  /** Somebody configures events at this time. */
  async touch(manager: EntityManager, now: Date): Promise<void> {
    await manager.query(
      `INSERT INTO event_configuration_times (created_at, last_modified_at) VALUES ($1, $1)
       ON CONFLICT (only_row) DO UPDATE SET last_modified_at = excluded.last_modified_at`,
      [now],
    );
  }

  async enable(manager: EntityManager, kinds: RegistryEventKind[], now: Date): Promise<void> {
    await manager.query(
      'INSERT INTO event_configurations (kind, enabled_at) SELECT kind, $2 FROM unnest($1::text[]) AS kind ON CONFLICT DO NOTHING',
      [kinds, now],
    );
  }

  async disable(manager: EntityManager, kinds: RegistryEventKind[]): Promise<void> {
    await manager.query('DELETE FROM event_configurations WHERE kind = ANY($1)', [kinds]);
  }
}
