import type { RegistryTransaction } from '../changes/registry-transactions.js';

/**
 * Runs `work` as a part of a transaction that counts as a whole or not at all: when it throws, what it wrote, noted and
 * told is gone, and the transaction goes on.
 */
export async function inPart<T>(tx: RegistryTransaction, work: (part: RegistryTransaction) => Promise<T>): Promise<T> {
  const said: (() => void)[] = [];
  const part: RegistryTransaction = {
    manager: tx.manager,
    affects: (...subject) => said.push(() => tx.affects(...subject)),
    tell: (...event) => said.push(() => tx.tell(...event)),
    tellAlways: (...event) => said.push(() => tx.tellAlways(...event)),
    notes: (...change) => said.push(() => tx.notes(...change)),
  };
  await tx.manager.query('SAVEPOINT part');
  try {
    const result = await work(part);
    await tx.manager.query('RELEASE SAVEPOINT part');
    for (const say of said) say();
    return result;
  } catch (error) {
    await tx.manager.query('ROLLBACK TO SAVEPOINT part');
    throw error;
  }
}
