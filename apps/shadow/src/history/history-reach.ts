import { IotError } from '#thingcore/errors';
import type { HistoryRequest, HistoryStore, StoredHistory } from './history.store.js';

/** Changes that one reading walks at most, over all its shadows. */
export const MOST_STEPS = 10_000;

/** Readings of one call at most: what some shadows leave of the steps is given to those that were not enough. */
const MOST_READINGS = 3;

/** What to read, and when it is enough. */
export interface Reach {
  /** `most` is what each shadow gets at first. */
  readonly question: HistoryRequest;
  /** Whether what was read of a shadow answers the question; what is whole is never asked about. */
  readonly isEnough: (history: StoredHistory) => boolean;
}

/** What was found of one shadow; `tooFar` when it would take more steps than there are. */
export interface Found {
  readonly history: StoredHistory;
  readonly tooFar?: IotError;
}

/** Steps of each shadow if all get the same. */
export function stepsEach({ length }: readonly string[]): number {
  return Math.floor(MOST_STEPS / Math.max(1, length));
}

/**
 * Reads shadows far enough back. A shadow that changes often gets the steps that the quiet ones leave over; when even
 * those do not reach, it alone is refused.
 */
export async function readEnough(store: HistoryStore, { question, isEnough }: Reach): Promise<Found[]> {
  const found = new Map<string, Found>();
  let { thingNames, most } = question;
  for (let reading = 1; thingNames.length > 0; reading++) {
    const histories = await store.read({ ...question, thingNames, most });
    for (const history of histories) found.set(history.thingName, { history });
    const short = histories.filter((history) => history.changes.length === most && !isEnough(history));
    const used = [...found.values()].reduce((sum, { history: { changes } }) => sum + changes.length, 0);
    const next = Math.floor((MOST_STEPS - used) / Math.max(1, short.length)) + most;
    if (reading === MOST_READINGS || next <= most) {
      for (const history of short) found.set(history.thingName, { history, tooFar: tooFar(history, most) });
      break;
    }
    thingNames = short.map(({ thingName }) => thingName);
    most = next;
  }
  return [...found.values()];
}

function tooFar({ thingName }: StoredHistory, most: number): IotError {
  return new IotError(
    'LimitExceeded',
    `What is asked of the shadow of ${thingName} lies more than ${most} changes back: ask for fewer shadows at a time`,
    { details: { thingName, most } },
  );
}
