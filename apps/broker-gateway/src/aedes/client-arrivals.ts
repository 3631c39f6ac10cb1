import type { AuthenticateError, Client, ConnectPacket, PublishPacket } from 'aedes';
import type { IotError } from '#thingcore/errors';
import type { DisconnectReason, Peer } from '../connection.js';
import type { ConnackProperties } from '../profile/connack-properties.js';
import type { BrokerProfile } from '../profile/broker-profile.js';
import type { Granted } from '../profile/connect-rules.js';
import {
  applyRules,
  type Arrival,
  checkClientId,
  detailsOf,
  endsAfterMs,
  takeWillDelay,
  termsOf,
  toRequest,
} from './arrival.js';
import type { BrokerHooks } from './broker-hooks.js';
import type { ClientStates } from './client-states.js';
import { greeting } from './greeting.js';
import type { Memberships } from './memberships.js';
import { toMessage } from './mqtt-message.js';
import type { ReasonedAnswers } from './reasoned-answers.js';
import type { ReasonStrings } from './reason-strings.js';
import { connectReasonCode, isSilentV3, ReasonCode, refusal } from './refusal-codes.js';
import type { SessionVersions } from './session-versions.js';
import { grantedWill } from './will-check.js';

/** What clients come in to. */
export interface ArrivalHost {
  readonly profile: BrokerProfile;
  readonly answers: ReasonedAnswers;
  readonly reasons: ReasonStrings;
  readonly memberships: Memberships;
  readonly states: ClientStates;
  /** Those that are in, by client id. */
  readonly clients: ReadonlyMap<string, Client>;
  /** Client ids that are let in just now. */
  readonly opening: Set<string>;
  /** Where sessions do not go on with another version of MQTT. */
  readonly versions: SessionVersions | undefined;
  hooks(): BrokerHooks<unknown>;
  end(client: Client, reason: DisconnectReason, reasonCode: number): Promise<void>;
}

/** Clients from their socket to the answer to their CONNECT. */
export class ClientArrivals {
  private readonly peers = new WeakMap<object, Peer>();
  private readonly keepAlives = new WeakMap<Client, Granted>();
  private readonly arrivals = new WeakMap<Client, Arrival>();

  constructor(private readonly host: ArrivalHost) {}

  /** A socket comes, and this is known of its other end. */
  expect(socket: object, peer: Peer): void {
    this.peers.set(socket, peer);
  }

  /** Answers whether the client may go on to what its CONNECT asks for: strangers do not get an answer to it. */
  async identify(client: Client, packet: ConnectPacket): Promise<boolean> {
    const { profile, answers, reasons } = this.host;
    const peer = this.peers.get(client.conn);
    if (peer === undefined) throw new Error('aedes has a client without a socket of ours');
    if (packet.protocolVersion === 3 && !profile.acceptsMqtt31) {
      answers.refuseVersion(client);
      return false;
    }
    reasons.meet(client, peer, packet);
    this.keepAlives.set(client, applyRules(profile, packet));
    const candidate = this.host.hooks().identify(peer, packet.clientId);
    const will = packet.will && toMessage({ ...packet.will, cmd: 'publish' } as PublishPacket);
    const isCleanStart = packet.clean === true;
    const willDelayMs = takeWillDelay(profile, packet);
    this.arrivals.set(client, { peer, request: toRequest(packet), isCleanStart, will, willDelayMs, candidate });
    // Whoever could not be identified gets an answer: that nobody can be let in just now.
    return candidate.then(
      (known) => known !== undefined,
      () => true,
    );
  }

  /** Lets a client that was identified in, or rejects with the reason. */
  async authenticate(client: Client): Promise<void> {
    const { profile, memberships, states, clients, opening, versions } = this.host;
    const arrival = this.arrivals.get(client);
    if (arrival === undefined) throw new Error('aedes authenticates a client before its CONNECT');
    this.arrivals.delete(client);
    const { peer, request, isCleanStart, willDelayMs } = arrival;
    checkClientId(profile, client, request);
    const will = arrival.will && grantedWill(profile, arrival.will);
    const connection = await this.host
      .hooks()
      .connect(
        await arrival.candidate,
        peer,
        { ...request, clientId: client.id },
        termsOf(client, request, this.keepAlives.get(client)),
      );
    connection.versionNumber = await memberships.join(
      {
        client,
        isPersistent: request.isPersistent,
        isCleanStart,
        endsAfterMs: endsAfterMs(client),
        details: detailsOf(connection),
        will: will && { clientId: client.id, message: will, delayMs: willDelayMs },
      },
      () => void this.host.end(client, 'DUPLICATE_CLIENTID', ReasonCode.sessionTakenOver),
    );
    if (request.isPersistent) await versions?.begin(client.id, client.version ?? 4, isCleanStart);
    if (!client.conn.closed) opening.add(client.id);
    client.conn.once('close', () => opening.delete(client.id));
    // [MQTT-3.1.4-2] aedes now closes the other connection of this client id.
    const other = clients.get(client.id);
    if (other !== undefined) {
      states.note(other, 'DUPLICATE_CLIENTID');
      if (isCleanStart) memberships.sessionEnds(other);
    }
    states.add(client, connection);
  }

  /** What a client of MQTT 5 is told when it is let in. */
  greetingOf(client: Client): ConnackProperties | undefined {
    return greeting(this.host.profile, this.keepAlives.get(client));
  }

  /** Answers a client that is not let in, as its version of MQTT and the profile say. */
  refuse(client: Client, error: IotError, done: (error: AuthenticateError, isAllowed: boolean) => void): void {
    const { profile, answers, reasons } = this.host;
    if (client.closed) done(refusal(error), false);
    else if (client.version === 5) {
      answers.refuseConnect(client, connectReasonCode(error), reasons.ofError(client, error));
    } else if (isSilentV3(profile, error)) client.close();
    else done(refusal(error), false);
  }
}
