import type { ShadowAuthor } from '#thingcore/contracts';
import { type StatePatch, undoOf } from '#thingcore/shadow-document';
import type { ChangeRow } from '../store/batch-connection.js';
import type { AppliedChange } from './change-request.js';

/** What the column `change` of the history holds. Names are short: there are many of them. */
export interface ChangeRecord {
  /** Leads back to the state before; null when there was no shadow before. */
  readonly undo: StatePatch | null;
  readonly deletion?: true;
  readonly by?: ShadowAuthor;
  readonly token?: string;
}

/** The rows of the history for changes of one shadow, on top of the change `previousId`. */
export function changeRows(
  applied: readonly AppliedChange[],
  changeIds: readonly number[],
  previousId: number | null,
): ChangeRow[] {
  const storedAs = changeIds.at(-1) ?? 0;
  return applied.map((change, index) => ({
    changeId: changeIds[index] ?? 0,
    previousId: index === 0 ? previousId : (changeIds[index - 1] ?? null),
    version: change.version,
    changeText: JSON.stringify(toRecord(change)),
    storedAs,
  }));
}

function toRecord({ kind, change: { author, clientToken }, previous, current }: AppliedChange): ChangeRecord {
  return {
    undo: undoOf(previous?.state, current?.state),
    ...(kind === 'deletion' ? { deletion: true } : {}),
    ...(author === undefined ? {} : { by: author }),
    ...(clientToken === undefined ? {} : { token: clientToken }),
  };
}
