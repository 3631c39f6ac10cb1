import type { Connectivity } from '#thingcore/contracts';

/** What is kept of a connection from its begin on. */
export interface ConnectionRecord extends Omit<
  Connectivity,
  'connected' | 'timestamp' | 'disconnectedSince' | 'disconnectReason'
> {
  /** The node that the client is connected to. */
  readonly nodeId: string;
  /** Whether the thing is the only one of its certificate. AWS: only then lifecycle events name it. */
  readonly isExclusive: boolean;
}

/** What must be known of a connection to tell of its end. */
export type ConnectionIdentity = Pick<
  ConnectionRecord,
  'clientId' | 'versionNumber' | 'sessionIdentifier' | 'principal' | 'thingName' | 'isExclusive'
>;

/** How a connection ended. */
export interface ConnectionEnd {
  /** Milliseconds since the epoch. */
  readonly disconnectedSince: number;
  readonly disconnectReason: string;
}

/** The last connection of a client, and its end if that is known. */
export interface KeptConnection {
  readonly record: ConnectionRecord;
  readonly end?: ConnectionEnd | undefined;
}

/** What is known of a client's connection, given the nodes that live. */
export function toConnectivity({ record, end }: KeptConnection, alive: ReadonlySet<string>): Connectivity {
  const { nodeId, isExclusive: _isExclusive, ...known } = record;
  if (end !== undefined) return { ...known, ...end, connected: false, timestamp: end.disconnectedSince };
  const { connectedSince: timestamp } = record;
  if (alive.has(nodeId)) return { ...known, connected: true, timestamp };
  // Its node is dead, and nobody has settled what it left yet. AWS: GetThingConnectivityData, a reason of its own.
  return { ...known, connected: false, timestamp, disconnectReason: 'UNKNOWN' };
}
