import type { Aedes, Client } from 'aedes';

/** How aedes keeps its list of clients; tests fail when an update changes it. */
type AedesInside = Omit<Aedes, 'clients'> & {
  readonly clients: Readonly<Record<string, Client | undefined>>;
  unregisterClient(client: Client): void;
  scheduleSessionExpiry(client: Client): void;
  deleteClient(clientId: string): void;
};

/**
 * Keeps aedes' list of clients true when a connection closes before it is in the list: aedes would strike out whoever has the
 * client id, so that nobody could take over from it any more, and would enter the one that has closed, for ever.
 */
export function guardRegistrations(aedes: Aedes): void {
  const inside = aedes as unknown as AedesInside;
  const unregister = inside.unregisterClient.bind(inside);
  const scheduleExpiry = inside.scheduleSessionExpiry.bind(inside);
  inside.unregisterClient = (client) => {
    if (inside.clients[client.id] === client) unregister(client);
  };
  // Called right after it: a client that was in the list is not there any more, and the session is nobody else's.
  inside.scheduleSessionExpiry = (client) => {
    if (inside.clients[client.id] === undefined) scheduleExpiry(client);
  };
  aedes.on('client', (client) => {
    if (client.closed) inside.deleteClient(client.id);
  });
}
