import type { Denial } from '#thingcore/contracts';

/** Which denials are asked for; all that is given must be true of them. */
export interface DenialFilter {
  readonly thingName?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly clientId?: string | undefined;
}

/** The last denials, those of all nodes that share their state: as many as the settings say, and a few more. */
export interface DenialLog {
  /** Keeps denials, at the cost of the oldest when there are too many. */
  keep(denials: readonly Denial[]): Promise<void>;

  /** The last denials that the filter lets through, the newest first. */
  list(filter: DenialFilter, last: number): Promise<Denial[]>;

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
