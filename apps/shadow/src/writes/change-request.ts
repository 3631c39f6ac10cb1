import type { ShadowAuthor } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import {
  acceptUpdate,
  noShadowError,
  type ShadowLimits,
  type ShadowRecord,
  type UpdateRequest,
} from '#thingcore/shadow-document';
import { recordOf, type ShadowKey, type StoredShadow } from '../store/stored-shadow.js';

/** AWS: Device Shadow, a shadow created again within 48 hours counts on after the version of the deleted one. */
const VERSION_MEMORY_MS = 48 * 3_600_000;

/** What became of a change that was stored and told. */
export interface ChangeDone {
  /** The version the change made; of a deletion the version that was deleted. */
  readonly version: number;
  /** Epoch seconds. */
  readonly timestamp: number;
}

interface Awaited {
  readonly author: ShadowAuthor | undefined;
  readonly clientToken: string | undefined;
  /** When it came, on the clock of `performance`. */
  readonly arrivedAt: number;
  /** Callbacks, not a promise: most changes come many in a call, which waits for all of them with one promise. */
  done(change: ChangeDone): void;
  failed(error: IotError): void;
}

/** Somebody waits for an update. */
export interface UpdateChange extends Awaited {
  readonly kind: 'update';
  readonly request: UpdateRequest;
}

/** Somebody waits for a deletion. */
export interface DeletionChange extends Awaited {
  readonly kind: 'deletion';
}

/** A change that somebody waits for. */
export type ChangeRequest = UpdateChange | DeletionChange;

/** An update that is possible on top of the changes before it. */
export interface AppliedUpdate extends ChangeDone {
  readonly kind: 'update';
  readonly change: UpdateChange;
  readonly previous: ShadowRecord | undefined;
  readonly current: ShadowRecord;
}

/** A deletion that is possible on top of the changes before it. */
export interface AppliedDeletion extends ChangeDone {
  readonly kind: 'deletion';
  readonly change: DeletionChange;
  readonly previous: ShadowRecord;
  readonly current?: undefined;
}

/** A change that is possible on top of those before it. */
export type AppliedChange = AppliedUpdate | AppliedDeletion;

/** What the changes that wait for one shadow come to on top of what is stored. */
export interface Outcome {
  /** What they were applied to. */
  readonly base: StoredShadow | undefined;
  readonly applied: readonly AppliedChange[];
  readonly refused: readonly { readonly change: ChangeRequest; readonly error: IotError }[];
  /** The state after the last of them, as JSON. */
  readonly stateText: string;
}

/** When changes are applied and within what. */
export interface ApplyContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly limits: ShadowLimits;
}

/** Applies changes of one shadow one after the other; one that is refused leaves no trace for the next. */
export function applyChanges(
  key: ShadowKey,
  stored: StoredShadow | undefined,
  changes: readonly ChangeRequest[],
  context: ApplyContext,
): Outcome {
  const line = new ChangeLine(key, stored, context);
  const applied: AppliedChange[] = [];
  const refused: { change: ChangeRequest; error: IotError }[] = [];
  for (const change of changes) {
    try {
      applied.push(change.kind === 'update' ? line.update(change) : line.delete(change));
    } catch (error) {
      refused.push({ change, error: withToken(reviveError(error), change.clientToken) });
    }
  }
  return { base: stored, applied, refused, stateText: line.stateText };
}

/** A shadow while changes are applied to it. */
class ChangeLine {
  stateText = '{}';
  private record: ShadowRecord | undefined;
  private lastVersion: number | undefined;
  private readonly seconds: number;

  constructor(
    private readonly key: ShadowKey,
    stored: StoredShadow | undefined,
    private readonly context: ApplyContext,
  ) {
    this.record = recordOf(stored);
    this.lastVersion = rememberedVersion(stored, context.now);
    this.seconds = Math.floor(context.now / 1000);
  }

  update(change: UpdateChange): AppliedUpdate {
    const { record: previous, seconds } = this;
    const { limits } = this.context;
    const options = { limits, previousVersion: this.lastVersion };
    const { record: current, stateText } = acceptUpdate(previous, change.request, seconds, options);
    this.record = current;
    this.stateText = stateText;
    return { kind: 'update', change, previous, current, version: current.version, timestamp: seconds };
  }

  delete(change: DeletionChange): AppliedDeletion {
    const { record: previous } = this;
    if (previous === undefined) throw noShadowError(this.key.shadowName ?? this.key.thingName);
    const { version } = previous;
    this.record = undefined;
    this.stateText = '{}';
    this.lastVersion = version;
    return { kind: 'deletion', change, previous, version, timestamp: this.seconds };
  }
}

function rememberedVersion(stored: StoredShadow | undefined, now: number): number | undefined {
  if (stored?.deletedAt === undefined || now - stored.deletedAt > VERSION_MEMORY_MS) return undefined;
  return stored.version;
}

/** The same error with the token of the request that it refuses. */
export function withToken(error: IotError, clientToken: string | undefined): IotError {
  if (clientToken === undefined || error.details?.['clientToken'] === clientToken) return error;
  const { code, message, retryable, cause } = error;
  return new IotError(code, message, { details: { ...error.details, clientToken }, retryable, cause });
}
