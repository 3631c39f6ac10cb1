import type { Denial } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';

/** Which denials are asked for; all that is given must be true of them. */
export interface DenialFilter {
  readonly thingName?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly action?: string | undefined;
  /** From this time on, in milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Before this time. */
  readonly until?: number | undefined;
}

/** A denial and where it is in the log. */
export interface PlacedDenial {
  readonly cursor: string;
  readonly denial: Denial;
}

/** What was kept behind a cursor. */
export interface DenialsAfter {
  readonly denials: PlacedDenial[];
  /** The cursor to go on from. */
  readonly cursor: string;
  /** Whether denials behind the cursor have made room for newer ones. */
  readonly isForgotten: boolean;
}

/** The last denials, those of all nodes that share their state: as many as the settings say, and a few more. */
export interface DenialLog {
  /** Keeps denials, at the cost of the oldest when there are too many. */
  keep(denials: readonly Denial[]): Promise<void>;

  /**
   * Up to `limit` denials that the filter lets through, the newest first: the last ones, or those before a cursor.
   *
   * @throws `InvalidRequest` for text that is no cursor
   */
  list(filter: DenialFilter, limit: number, before?: string): Promise<PlacedDenial[]>;

  /**
   * Up to `limit` denials behind a cursor that the filter lets through, in the order in which they were kept. Without a
   * cursor: none, and the cursor of now. Cursors compare as texts do.
   *
   * @throws `InvalidRequest` for text that is no cursor
   */
  listAfter(filter: DenialFilter, after: string | undefined, limit: number): Promise<DenialsAfter>;

  /** The denials of these ids, in the order asked; one that is not kept any more is left out. */
  getMany(denialIds: readonly string[]): Promise<Denial[]>;
}

/** Whether a filter lets a denial through. */
export function isWanted(
  { thingName, certificateId, clientId }: DenialFilter,
  denial: Pick<Denial, 'thingName' | 'principal' | 'clientId'>,
): boolean {
  return (
    (thingName === undefined || denial.thingName === thingName) &&
    (certificateId === undefined || denial.principal === certificateId) &&
    (clientId === undefined || denial.clientId === clientId)
  );
}

/** Whether a filter lets through a denial that {@link isWanted} does not keep out. */
export function isWantedWhole({ action, since, until }: DenialFilter, denial: Denial): boolean {
  return (
    (action === undefined || denial.action === action) &&
    (since === undefined || denial.timestamp >= since) &&
    (until === undefined || denial.timestamp < until)
  );
}

/** What is said to text that is no cursor of a log of denials. */
export function noDenialCursor(cursor: string): IotError {
  return new IotError('InvalidRequest', `"${cursor}" is no cursor of denials: pass the one of a denial that was told`, {
    details: { field: 'after' },
  });
}
