import type { ChangeRow, ShadowRow, WriteBatch } from '../store/batch-connection.js';
import type { StoredShadow } from '../store/stored-shadow.js';
import { changeRows } from './change-record.js';
import type { Outcome } from './change-request.js';
import type { PendingGroup } from './pending-group.js';

/** A group with what its changes come to; `stored` is what is stored then. */
export interface DraftedGroup {
  readonly group: PendingGroup;
  readonly outcome: Outcome;
  readonly stored?: StoredShadow;
}

interface Drafted extends DraftedGroup {
  readonly stored: StoredShadow;
  readonly replacedId: number | null;
}

/** A batch about to be written. */
export class BatchDraft {
  readonly rows: WriteBatch;
  private readonly drafted: Drafted[] = [];

  /** @param ids one for each change that is applied, ascending */
  constructor(groups: readonly DraftedGroup[], ids: readonly number[], now: number, keepsHistory: boolean) {
    const shadows: ShadowRow[] = [];
    const changes: ChangeRow[] = [];
    const batchId = ids[0] ?? 0;
    let used = 0;
    for (const { group, outcome } of [...groups].sort(byKey)) {
      const { applied, stateText } = outcome;
      const own = ids.slice(used, (used += applied.length));
      const last = applied.at(-1);
      const changeId = own.at(-1) ?? 0;
      const metadataText = JSON.stringify(last?.current?.metadata ?? {});
      const isDeleted = last?.current === undefined;
      const version = last?.version ?? 0;
      const replacedId = group.stored?.changeId ?? null;
      shadows.push({ key: group.key, stateText, metadataText, version, isDeleted, changeId, replacedId });
      if (keepsHistory) changes.push(...changeRows(applied, own, replacedId));
      const stored = { version, updatedAt: now, changeId, batchId: 0 };
      this.drafted.push({
        group,
        outcome,
        replacedId,
        stored: isDeleted
          ? { ...stored, deletedAt: now }
          : { ...stored, texts: { state: stateText, metadata: metadataText } },
      });
    }
    this.rows = { batchId, at: new Date(now), shadows, changes };
  }

  /** The groups in it. */
  get groups(): readonly DraftedGroup[] {
    return this.drafted;
  }

  /** It was sent, and nobody said what became of it. */
  doubt(): void {
    for (const { group, outcome, stored, replacedId } of this.drafted) {
      group.doubts.push({ outcome, stored, replacedId });
    }
  }

  /** The groups that were stored, and those that somebody else was faster with. */
  divide(written: ReadonlySet<number>): [won: DraftedGroup[], lost: DraftedGroup[]] {
    const won: DraftedGroup[] = [];
    const lost: DraftedGroup[] = [];
    for (const drafted of this.drafted) (written.has(drafted.stored.changeId) ? won : lost).push(drafted);
    return [won, lost];
  }
}

/** Any order does, as long as all replicas have the same. */
function byKey({ group: left }: DraftedGroup, { group: right }: DraftedGroup): number {
  return left.text < right.text ? -1 : 1;
}
