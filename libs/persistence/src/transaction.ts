import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { isTransactionConflict } from './sql-error.js';

const ATTEMPTS = 5;
const LONGEST_FIRST_PAUSE_MS = 20;

/** How {@link inTransaction} runs. */
export interface TransactionOptions {
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/**
 * Runs `work` in one transaction and commits what it did, or rolls all of it back when it throws. A transaction that lost
 * against another one (serialization failure, deadlock) is run again, five times at most: `work` must have no effect
 * outside of the database. Other errors are thrown as they are.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
  { isolation = 'READ COMMITTED' }: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.transaction(isolation, work);
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransactionConflict(error)) throw error;
      // The losers of one race must not meet again at the same moment.
      await sleep(randomInt(1, LONGEST_FIRST_PAUSE_MS * 2 ** (attempt - 1) + 1));
    }
  }
}
