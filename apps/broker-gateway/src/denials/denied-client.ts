import type { Connection } from '../connection.js';

/** Whom something is denied. */
export interface DeniedClient {
  readonly clientId: string;
  readonly principal: string;
  readonly sourceIp: string;
  /** The thing of the connection, when it is of one. */
  readonly thingName?: string | undefined;
}

/** The client of a connection. */
export function deniedClient({ clientId, principal, sourceIp, rights }: Connection): DeniedClient {
  return { clientId, principal, sourceIp, thingName: rights.thing?.thingName };
}
