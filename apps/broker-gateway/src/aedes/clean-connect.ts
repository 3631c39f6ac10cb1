import type { Aedes, Client, ConnectPacket } from 'aedes';
import { generate } from 'mqtt-packet';
import type { ConnackProperties } from '../profile/connack-properties.js';

/** [MQTT-3.1.2-22] Without a Receive Maximum it is this. */
const RECEIVE_MAXIMUM = 65_535;

/** [MQTT-3.2.2-2] Accepted, no session present. */
const CONNACK_V4 = Buffer.from([0x20, 2, 0, 0]);

/** What aedes makes of a CONNECT packet and does not document; a test compares it with what aedes itself makes of one. */
type ClientInside = {
  -readonly [Name in keyof Client]: Client[Name];
} & {
  version: number;
  connackSent: boolean;
  sessionExpiryInterval: number;
  maximumPacketSize: number | undefined;
  receiveMaximum: number;
  will: unknown;
  _will: unknown;
  _wireVersion: number;
  _authorized: boolean;
  _assignedClientId: undefined;
  _connectSessionExpiryInterval: number;
  _sessionExpiryClamped: boolean;
  _cleanStart: boolean;
  _requestProblemInformation: boolean;
  _requestResponseInformation: boolean;
  _paused: boolean;
  _keepaliveInterval: number;
  _keepaliveTimer: NodeJS.Timeout | null;
  _nextBatch(error?: Error): void;
};

type AedesInside = Omit<Aedes, 'clients'> & {
  readonly clients: Readonly<Record<string, Client | undefined>>;
  readonly topicAliasMaximum: number;
  readonly maximumPacketSize: number;
  readonly receiveMaximum: number;
  registerClient(client: Client): void;
};

/**
 * Whether a CONNECT asks for a session that begins and ends with the connection, and for nothing else that takes aedes.
 * Nearly all of a fleet connects like this; aedes spends more on it than on the socket, to read a queue that there is not.
 */
export function isPlainConnect({ protocolVersion, clean, clientId, will, properties = {} }: ConnectPacket): boolean {
  if (clean !== true || clientId === '' || will !== undefined) return false;
  if (protocolVersion === 4) return true;
  return (
    protocolVersion === 5 &&
    !properties.sessionExpiryInterval &&
    properties.receiveMaximum !== 0 &&
    properties.authenticationMethod === undefined &&
    properties.authenticationData === undefined
  );
}

/** Notes in a client what its CONNECT says, as aedes does. The packet is one of {@link isPlainConnect}. */
export function beginPlain(client: Client, packet: ConnectPacket): void {
  const { protocolVersion = 4, properties } = packet;
  Object.assign(client as Client & ClientInside, {
    id: packet.clientId,
    version: protocolVersion,
    _wireVersion: protocolVersion,
    _assignedClientId: undefined,
    _connectSessionExpiryInterval: 0,
    sessionExpiryInterval: 0,
    _sessionExpiryClamped: false,
    clean: true,
    _cleanStart: true,
    maximumPacketSize: properties?.maximumPacketSize,
    receiveMaximum: properties?.receiveMaximum ?? RECEIVE_MAXIMUM,
    _requestProblemInformation: properties?.requestProblemInformation !== false,
    _requestResponseInformation: properties?.requestResponseInformation === true,
    _will: undefined,
    _paused: false,
  });
}

/** Whether the client can be let in by {@link finishPlain}: nobody else has its client id. */
export function isAlone(aedes: Aedes, client: Client): boolean {
  return (aedes as unknown as AedesInside).clients[client.id] === undefined;
}

/** Lets a client in that was authenticated and whose old session is gone. */
export function finishPlain(
  aedes: Aedes,
  given: Client,
  packet: ConnectPacket,
  greeting: ConnackProperties | undefined,
): void {
  const broker = aedes as unknown as AedesInside;
  const client = given as Client & ClientInside;
  const { keepalive = 0 } = packet;
  client._authorized = true;
  if (keepalive > 0) {
    // [MQTT-3.1.2-24]
    client._keepaliveInterval = keepalive * 1_500 + 1;
    client._keepaliveTimer = setTimeout(keepaliveOver, client._keepaliveInterval, aedes, client);
  }
  client.will = undefined;
  broker.registerClient(client);
  const connack = { cmd: 'connack', sessionPresent: false, reasonCode: 0 } as const;
  client.conn.write(
    client.version === 5
      ? generate({ ...connack, properties: { ...capabilities(broker), ...greeting } }, { protocolVersion: 5 })
      : CONNACK_V4,
  );
  aedes.emit('connackSent', connack, client);
  client.connackSent = true;
  client.connecting = false;
  client.connected = true;
  aedes.emit('clientReady', client);
  client.emit('connected');
  client._nextBatch();
}

function keepaliveOver(aedes: Aedes, client: Client): void {
  aedes.emit('keepaliveTimeout', client);
  client.emit('error', new Error('keep alive timeout'));
}

/** What aedes tells of itself [MQTT5 3.2.2.3]. */
function capabilities({ topicAliasMaximum, maximumPacketSize, receiveMaximum }: AedesInside) {
  return {
    sharedSubscriptionAvailable: false,
    ...(topicAliasMaximum > 0 ? { topicAliasMaximum } : {}),
    ...(maximumPacketSize > 0 ? { maximumPacketSize } : {}),
    ...(receiveMaximum > 0 ? { receiveMaximum } : {}),
  };
}
