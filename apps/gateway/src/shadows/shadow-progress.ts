import { listShadowChangesAfter, type ShadowPosition } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { RpcClient } from '#thingcore/transport';
import type { History, Place } from '../subscriptions/resumed-events.js';
import { type ShadowName, type ShadowUpdate, toReplayedUpdate } from './shadow-update.type.js';

/** Changes that are read of the history at once. */
const PAGE = 100;

/** A shadow that is gone for 48 hours begins anew: what is so much later and has a lower version is of its next life. */
const NEXT_LIFE_MS = 3_600_000;

/**
 * How far one subscriber has come in the changes of a shadow. Their versions follow each other: a gap says that news got
 * lost, and the history fills it.
 */
export class ShadowProgress implements History<ShadowUpdate> {
  /** @param position undefined until the first change is told */
  constructor(
    private readonly rpc: RpcClient,
    private readonly name: ShadowName,
    private position: ShadowPosition | undefined,
  ) {}

  /** The changes that follow. Throws `ResourceNotFound` when the history does not reach back. */
  async read(): Promise<ShadowUpdate[]> {
    const { position, name } = this;
    if (position === undefined) return [];
    const { thingName, shadowName } = name;
    const key = { thingName, shadowName: shadowName ?? undefined };
    const { changes, isForgotten } = await this.rpc.call(listShadowChangesAfter, {
      ...key,
      after: position,
      limit: PAGE,
    });
    if (isForgotten) throw forgotten(thingName, position.version);
    return changes.map((change) => toReplayedUpdate(name, change));
  }

  placeOf({ version, deleted, timestamp }: ShadowUpdate): Place {
    const { position } = this;
    if (position === undefined) return 'next';
    if (version > position.version) return version === position.version + 1 && !deleted ? 'next' : 'ahead';
    if (version === position.version && deleted && !position.isDeletion) return 'next';
    const passedAt = (position.timestamp ?? Infinity) * 1000;
    return timestamp > passedAt + NEXT_LIFE_MS ? 'next' : 'seen';
  }

  pass({ version, deleted, timestamp }: ShadowUpdate): void {
    this.position = { version, isDeletion: deleted, timestamp: Math.floor(timestamp / 1000) };
  }
}

function forgotten(thingName: string, version: number): IotError {
  return new IotError(
    'ResourceNotFound',
    `The history of the shadow of ${thingName} does not go on from version ${version}: read the shadow, then subscribe from its version on`,
    { details: { field: 'after', thingName, version } },
  );
}
