import type { Aedes, Client, ConnectPacket } from 'aedes';
import type { ConnackProperties } from '../profile/connack-properties.js';
import { beginPlain, finishPlain, isAlone } from './clean-connect.js';

/** What the engine does for a client that comes in. */
export interface EntranceHost {
  /** Rejects when the client is refused. */
  authenticate(client: Client): Promise<void>;
  /** Ends the session that the client had before. */
  clean(client: Client): Promise<unknown>;
  /** What a client of MQTT 5 is told. */
  greetingOf(client: Client): ConnackProperties | undefined;
}

/**
 * The way past aedes for clients whose session begins and ends with the connection: aedes would read and clean what such a
 * session does not have. Whoever is refused, or takes over from another connection, goes aedes' way.
 */
export class PlainEntrance {
  private readonly authenticated = new WeakMap<Client, Promise<void>>();

  constructor(
    private readonly aedes: Aedes,
    private readonly host: EntranceHost,
  ) {}

  /** What came of a client that was authenticated before aedes asks for it. */
  authenticationOf(client: Client): Promise<void> | undefined {
    return this.authenticated.get(client);
  }

  /** Lets a client in. `proceed` has aedes do it. */
  async enter(client: Client, packet: ConnectPacket, proceed: () => void): Promise<void> {
    const { aedes, host } = this;
    beginPlain(client, packet);
    const authenticated = host.authenticate(client);
    const isAdmitted = await authenticated.then(
      () => true,
      () => false,
    );
    try {
      if (isAdmitted && isOpen(aedes, client)) await host.clean(client);
      if (isAdmitted && !isOpen(aedes, client)) return;
      if (isAdmitted && isAlone(aedes, client)) {
        finishPlain(aedes, client, packet, host.greetingOf(client));
        return;
      }
    } catch (error) {
      client.emit('error', error);
      return;
    }
    this.authenticated.set(client, authenticated);
    proceed();
  }
}

function isOpen(aedes: Aedes, client: Client): boolean {
  return !client.closed && !aedes.closed;
}
