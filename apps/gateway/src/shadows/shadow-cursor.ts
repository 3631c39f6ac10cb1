import type { ShadowPosition } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';

type Change = Required<Pick<ShadowPosition, 'version' | 'isDeletion'>> & { readonly timestamp: number };

/** The cursor of a change; its timestamp is in whole seconds since the epoch. */
export function toShadowCursor({ version, isDeletion, timestamp }: Change): string {
  return `${isDeletion ? 'deleted' : 'updated'}-${version}-${timestamp}`;
}

/** Where a cursor stands. Throws `InvalidRequest` for text that is none. */
export function positionOfCursor(cursor: string): ShadowPosition {
  const [, kind, version, timestamp] = /^(deleted|updated)-(\d{1,15})-(\d{1,12})$/.exec(cursor) ?? [];
  if (version !== undefined && timestamp !== undefined) {
    return { version: Number(version), isDeletion: kind === 'deleted', timestamp: Number(timestamp) };
  }
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(cursor)} is no cursor: pass the one of an update of this shadow`,
    { details: { field: 'after' } },
  );
}
