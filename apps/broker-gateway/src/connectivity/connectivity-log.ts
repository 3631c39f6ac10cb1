import type { ConnectionEnd, ConnectionRecord, KeptConnection } from './connection-record.js';

/** Which connection is meant: that of a client with this version number. */
export type ConnectionKey = Pick<ConnectionRecord, 'clientId' | 'versionNumber' | 'thingName'>;

/**
 * The last connection of each client, of all nodes that share their state. Nodes tell of connections in any order: the one
 * with the higher version number is the later one.
 */
export interface ConnectivityLog {
  /** A client has connected. Nothing happens when a later connection of it is known. */
  begun(record: ConnectionRecord): Promise<void>;

  /**
   * A connection has ended. Answers whether that is news: false when it was known before, and of a connection whose begin
   * was never told. A later connection of the client stays as it is.
   */
  ended(connection: ConnectionKey, end: ConnectionEnd): Promise<boolean>;

  /** The last connections of these clients; a client that is not known is left out. */
  find(clientIds: readonly string[]): Promise<KeptConnection[]>;

  /**
   * The last connections of these things, in the order asked: of the client that was last connected as the thing, or whose
   * id is its name.
   */
  findOfThings(thingNames: readonly string[]): Promise<(KeptConnection | undefined)[]>;

  /** Connections whose end is not known, in the order of their client ids as bytes compare. */
  open(after: string | undefined, limit: number): Promise<KeptConnection[]>;

  /** Forgets clients that belong to no thing and have been away since before a time; answers how many. */
  sweep(before: number): Promise<number>;
}

/** Of the connections of a client and of a thing the later one. */
export function laterOf(
  one: KeptConnection | undefined,
  other: KeptConnection | undefined,
): KeptConnection | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.record.connectedSince >= other.record.connectedSince ? one : other;
}
