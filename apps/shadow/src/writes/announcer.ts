import { Injectable } from '@nestjs/common';
import { type ChangedShadow, shadowChanged } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { IdGenerator } from '#thingcore/platform';
import type { DeletionStep, UpdateStep } from '#thingcore/shadow-document';
import { EventBus, withCorrelationId } from '#thingcore/transport';
import { lengthOf, type ShadowKey, textsOf } from '../store/stored-shadow.js';
import { type AppliedChange, type Outcome, withToken } from './change-request.js';

/** Changes of one event at most: a handler that fails repeats them all. */
const CHANGES_PER_EVENT = 64;

/** Characters of stored JSON in one event at most, about. */
const CHARS_PER_EVENT = 262_144;

/** What was stored of one shadow. */
export interface StoredChanges {
  readonly key: ShadowKey;
  readonly outcome: Outcome;
}

/** Tells the world what was stored, then those who asked for it. */
@Injectable()
export class Announcer {
  constructor(
    private readonly events: EventBus,
    private readonly ids: IdGenerator,
  ) {}

  /** Announces changes, those of each shadow in their order, and answers each. Never rejects. */
  async announce(stored: readonly StoredChanges[]): Promise<void> {
    // A batch is nobody's own: it gets an id of its own instead of that of whoever came first.
    await withCorrelationId(this.ids.uuid(), () => Promise.all(inEvents(stored).map((event) => this.publish(event))));
  }

  private async publish(event: readonly StoredChanges[]): Promise<void> {
    try {
      await this.events.publish(shadowChanged, { shadows: event.map(toChangedShadow) });
    } catch (error) {
      // Stored all the same; an answer would promise that the event is safe.
      for (const { change } of changesOf(event)) change.failed(withToken(notAnnounced(error), change.clientToken));
      return;
    }
    for (const applied of changesOf(event)) applied.change.done(applied);
  }
}

/** Cuts what was stored into events, the changes of one shadow in one. */
function inEvents(stored: readonly StoredChanges[]): StoredChanges[][] {
  const events: StoredChanges[][] = [];
  let [changes, chars] = [Infinity, 0];
  for (const one of stored) {
    const { base, applied, stateText } = one.outcome;
    const ownChars = (base === undefined ? 0 : lengthOf(base)) + applied.length * stateText.length;
    if (changes + applied.length > CHANGES_PER_EVENT || chars + ownChars > CHARS_PER_EVENT) {
      events.push([]);
      [changes, chars] = [0, 0];
    }
    events.at(-1)?.push(one);
    changes += applied.length;
    chars += ownChars;
  }
  return events;
}

function toChangedShadow({ key: { thingName, shadowName }, outcome }: StoredChanges): ChangedShadow {
  return { thingName, shadowName, previous: textsOf(outcome.base) ?? null, steps: outcome.applied.map(toStep) };
}

function toStep({ kind, change, version, timestamp }: AppliedChange): UpdateStep | DeletionStep {
  const { clientToken } = change;
  if (kind === 'deletion')
    return clientToken === undefined ? { version, timestamp } : { version, timestamp, clientToken };
  const requested = change.request.state;
  return clientToken === undefined ? { requested, version, timestamp } : { requested, version, timestamp, clientToken };
}

function changesOf(event: readonly StoredChanges[]): AppliedChange[] {
  return event.flatMap(({ outcome }) => outcome.applied);
}

function notAnnounced(error: unknown): IotError {
  const { message } = reviveError(error);
  return new IotError('ServiceUnavailable', `The change of the shadow was stored but could not be told: ${message}`, {
    cause: error,
  });
}
