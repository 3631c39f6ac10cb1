import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Where a kind of secret is kept. */
export interface SealedColumn {
  readonly table: string;
  readonly id: string;
  readonly column: string;
}

/** The columns that hold sealed secrets for longer than a day. */
@Injectable()
export class SealedSecretsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Gives every secret of a column to `change` and writes what it answers, all or nothing; undefined leaves one as it is.
   * Answers how many were written. Whoever changes such a row meanwhile waits.
   */
  async change(
    { table, id, column }: SealedColumn,
    change: (id: string, sealed: string) => string | undefined,
  ): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<{ id: string; sealed: string }[]>(
        `SELECT ${id} AS id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${id} FOR UPDATE`,
      );
      let written = 0;
      for (const row of rows) {
        const sealed = change(row.id, row.sealed);
        if (sealed === undefined) continue;
        await manager.query(`UPDATE ${table} SET ${column} = $2 WHERE ${id} = $1`, [row.id, sealed]);
        written += 1;
      }
      return written;
    });
  }
}
