import { Injectable } from '@nestjs/common';
import type { getShadowHistories, getShadowsAsOf, ParsedRequestOf, ReplyOf, ShadowChange } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import {
  changesField,
  computeDelta,
  type KeptChange,
  parseFieldPath,
  patchOf,
  type ReplayedChange,
  replayHistory,
  type ShadowState,
} from '#thingcore/shadow-document';
import type { ShadowKey } from '../store/stored-shadow.js';
import { MOST_STEPS, readEnough, stepsEach } from './history-reach.js';
import { HistoryStore, type StoredChange, type StoredHistory } from './history.store.js';

/** Changes that are looked at first when one version is wanted: hardly anybody goes further back. */
const FIRST_LOOK = 200;

type HistoriesRequest = ParsedRequestOf<typeof getShadowHistories>;
type AsOfReply = ReplyOf<typeof getShadowsAsOf>['shadows'][number];
/** A stored change with the states around it. */
export type Replayed = ReplayedChange<KeptChange & { readonly stored: StoredChange }>;

/** A shadow as it is and as it was. */
export interface Comparison {
  readonly current: ShadowState;
  readonly currentVersion: number;
  readonly target: ShadowState;
}

/** What shadows were, and who made them so. */
@Injectable()
export class HistoryService {
  constructor(private readonly store: HistoryStore) {}

  /** The last changes of shadows, as `shadow.getHistories.v1` says. */
  async histories({ thingNames, shadowName, last, field, before }: HistoriesRequest) {
    const path = field === undefined ? undefined : fieldPath(field);
    const budget = stepsEach(thingNames);
    if (last > budget) throw tooMuch(thingNames.length, budget);
    const isSelective = path !== undefined || before !== undefined;
    const select = (history: StoredHistory) =>
      replay(history)
        .filter((change) => before === undefined || change.kept.version < before)
        .filter((change) => path === undefined || changesField(change, path));
    const found = await readEnough(this.store, {
      question: { thingNames, shadowName, most: isSelective ? budget : last },
      isEnough: (history) => !isSelective || select(history).length >= last,
    });
    return found.map(({ history, tooFar }) => {
      const { thingName } = history;
      if (tooFar !== undefined) return { thingName, changes: [], error: tooFar.toJSON() };
      return { thingName, changes: select(history).slice(0, last).map(toShadowChange) };
    });
  }

  /** The states of shadows at a time, as `shadow.getAsOf.v1` says. */
  async asOf(thingNames: string[], shadowName: string | undefined, time: number): Promise<AsOfReply[]> {
    const found = await readEnough(this.store, {
      question: { thingNames, shadowName, most: stepsEach(thingNames), notBefore: time },
      isEnough: ({ changes }) => (changes.at(-1)?.at ?? 0) <= time,
    });
    return found.flatMap(({ history, tooFar }): AsOfReply[] => {
      if (tooFar !== undefined) return [{ thingName: history.thingName, error: tooFar.toJSON() }];
      return stateAt(history, time);
    });
  }

  /**
   * What a shadow is and what it was as `version`; undefined when there is no shadow. Throws `ResourceNotFound` for a
   * version that is not kept.
   */
  async compareWith({ thingName, shadowName }: ShadowKey, version: number): Promise<Comparison | undefined> {
    for (const most of [FIRST_LOOK, MOST_STEPS]) {
      const [history] = await this.store.read({ thingNames: [thingName], shadowName, most });
      if (history?.state === undefined) return undefined;
      const { state: current, version: currentVersion } = history;
      const target = version === currentVersion ? current : stateOfVersion(history, version);
      if (target !== undefined) return { current, currentVersion, target };
      if (history.changes.length < most || most === MOST_STEPS) throw notKept(version, history);
    }
    return undefined;
  }
}

function stateOfVersion(history: StoredHistory, version: number): ShadowState | undefined {
  const replayed = replay(history);
  const found = replayed.find(({ kept, after }) => kept.version === version && after !== undefined);
  if (found !== undefined) return found.after;
  // The state before the oldest change that is kept is known too, though nothing is of how it came about.
  const oldest = replayed.at(-1);
  if (oldest === undefined) return undefined;
  const { kept, before } = oldest;
  return version === (kept.isDeletion ? kept.version : kept.version - 1) ? before : undefined;
}

function stateAt(history: StoredHistory, time: number): AsOfReply[] {
  const { thingName, state, version, updatedAt } = history;
  if (updatedAt <= time) return known(thingName, state, version, updatedAt);
  const replayed = replay(history);
  const then = replayed.find(({ kept }) => kept.at <= time);
  if (then !== undefined) return known(thingName, then.after, then.kept.version, then.kept.at);
  // All that is kept is later. Of the very first change it is known that nothing was before it.
  const oldest = replayed.at(-1);
  return oldest?.kept.stored.hasPrevious === false ? [] : [{ thingName, isForgotten: true }];
}

function known(thingName: string, state: ShadowState | undefined, version: number, at: number): AsOfReply[] {
  if (state === undefined) return [];
  const delta = computeDelta(state.desired, state.reported);
  return [{ thingName, isForgotten: false, state: delta === undefined ? state : { ...state, delta }, version, at }];
}

/** The changes of a history with the states around them, the latest first. */
export function replay({ state, changes }: StoredHistory): Replayed[] {
  const kept = changes.map((stored) => {
    const { undo, deletion = false } = stored.record;
    return { version: stored.version, at: stored.at, undo, isDeletion: deletion, stored };
  });
  return replayHistory(state, kept);
}

/** What is told of a change. */
export function toShadowChange(replayed: Replayed): ShadowChange {
  const { version, at, isDeletion, stored } = replayed.kept;
  const { by, token } = stored.record;
  return {
    version,
    at,
    isDeletion,
    ...(by === undefined ? {} : { author: by }),
    ...(token === undefined ? {} : { clientToken: token }),
    changes: patchOf(replayed),
  };
}

function fieldPath(field: string): string[] {
  const path = parseFieldPath(field);
  if (path !== undefined) return path;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(field)} is no field of a shadow: write its path from the section on, as in desired.led.color`,
    { details: { field: 'field' } },
  );
}

function tooMuch(shadows: number, budget: number): IotError {
  return new IotError(
    'LimitExceeded',
    `Of ${shadows} shadows at a time at most ${budget} changes of each can be had: ask for fewer of either`,
    { details: { field: 'last', shadows, most: budget } },
  );
}

function notKept(version: number, { thingName, version: current, changes }: StoredHistory): IotError {
  const oldest = changes.at(-1)?.version ?? current;
  return new IotError(
    'ResourceNotFound',
    `Version ${version} of the shadow of ${thingName} is not kept: its history goes from ${oldest} to ${current}`,
    { details: { thingName, version, oldest, current } },
  );
}
