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
