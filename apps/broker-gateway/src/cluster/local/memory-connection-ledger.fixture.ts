import type { Claim } from '../cluster.js';
import type { ConnectionLedger, DelayedWill, Estate, LedgerChange } from './connection-ledger.js';

/** A ledger that outlives whoever writes to it, as files do. */
export class MemoryConnectionLedger implements ConnectionLedger {
  private readonly connections = new Map<string, Claim>();
  private readonly wills = new Map<number, Buffer>();
  private readonly delayedWills = new Map<number, DelayedWill>();
  private readonly endings = new Map<string, number>();

  open(): Promise<Estate> {
    const { connections, wills, delayedWills, endings } = this;
    return Promise.resolve({
      connections: [...connections.values()],
      wills: new Map(wills),
      delayedWills: new Map(delayedWills),
      endings: new Map(endings),
    });
  }

  write(change: LedgerChange): Promise<void> {
    this.note(change);
    return Promise.resolve();
  }

  note({ connection, will, delayedWill, ending }: LedgerChange): void {
    if (connection !== undefined) put(this.connections, ...connection);
    if (will !== undefined) put(this.wills, ...will);
    if (delayedWill !== undefined) put(this.delayedWills, ...delayedWill);
    if (ending !== undefined) put(this.endings, ...ending);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function put<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
