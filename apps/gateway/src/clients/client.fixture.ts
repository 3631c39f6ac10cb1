import type { Connectivity } from '#thingcore/contracts';

/** A client that is connected. */
export function aConnection(clientId: string, changes: Partial<Connectivity> = {}): Connectivity {
  return {
    clientId,
    connected: true,
    timestamp: 1_700_000_000_123,
    connectedSince: 1_700_000_000_123,
    sessionIdentifier: 'session',
    principal: 'anonymous',
    versionNumber: 1_700_000_000_123,
    cleanSession: false,
    keepAliveDuration: 60,
    sessionExpiry: 3_600,
    sourceIp: '192.0.2.1',
    ...changes,
  };
}
