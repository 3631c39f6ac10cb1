import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SignedUpgrades } from '../../authorization/access-keys/signed-upgrades.js';
import type { Peer } from '../../connection.js';
import { socketAddresses } from '../socket-addresses.js';
import { isAllowedOrigin } from './allowed-origin.js';
import { WebSocketStream } from './websocket-stream.js';

/** Where MQTT over WebSocket is. AWS: protocols. */
export const MQTT_PATH = '/mqtt';

/** What those are told who come there without a WebSocket [RFC 9110 15.5.22]. */
export const UPGRADE_REQUIRED = {
  message: 'This is MQTT over WebSocket: the request must ask for an upgrade',
  headers: { upgrade: 'websocket', connection: 'upgrade, close' },
};

/** What those are told who come elsewhere. */
export const NOTHING_HERE = `There is nothing at this path: MQTT over WebSocket is at ${MQTT_PATH}`;

/** MQTT 5, 6: "mqtt"; clients that know MQTT 3.1 too offer its own name beside it or alone. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'] as const;

/** Packets may share a WebSocket message; many small ones do. */
const LEAST_MESSAGE_BYTES = 1_048_576;

/** A fixed header: the limit of a packet may count what follows it. */
const FIXED_HEADER_BYTES = 5;

const PULSE_MS = 30_000;

/** What is allowed on a WebSocket. */
export interface WebSocketRules {
  readonly packetBytes: number;
  readonly closeFrameIsDisconnect: boolean;
  /** Origins of web pages that may connect, beside those of this machine. */
  readonly origins: readonly string[];
  /** Milliseconds between two pings; half a minute keeps what lies between the two sides from forgetting them. */
  readonly pulseMs?: number;
}

/** Makes MQTT streams of HTTP requests to `/mqtt` that ask for a WebSocket, on a plain or a secure server. */
export class MqttUpgrade {
  private readonly sockets: WebSocketServer;
  private readonly streams = new Set<WebSocketStream>();
  private pulse: NodeJS.Timeout | undefined;

  constructor(
    private readonly rules: WebSocketRules,
    private readonly accept: (stream: Duplex, peer: Peer) => void,
    private readonly signatures?: SignedUpgrades,
  ) {
    this.sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: Math.max(LEAST_MESSAGE_BYTES, rules.packetBytes + FIXED_HEADER_BYTES),
      handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
    });
  }

  /** WebSockets that are open. */
  get size(): number {
    return this.streams.size;
  }

  start(): void {
    this.pulse = setInterval(() => {
      for (const stream of this.streams) stream.pulse();
    }, this.rules.pulseMs ?? PULSE_MS);
  }

  stop(): void {
    clearInterval(this.pulse);
  }

  /**
   * Answers an upgrade request. Who has signed it is who is there; else it is the peer, and one that is `undefined` is
   * refused, since nobody knows who it is. Resolves when it is known what becomes of the request.
   */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer | undefined): Promise<void> {
    socket.on('error', () => socket.destroy());
    const objection = this.objectionTo(request);
    if (objection !== undefined) refuse(socket, ...objection);
    else if (this.signatures?.isSigned(request)) {
      const place = { domainName: peer?.domainName, ...socketAddresses(request.socket) };
      const signer = await this.signatures.peerOf(request, place);
      if ('status' in signer) refuse(socket, signer.status, signer.message);
      else this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.open(webSocket, signer));
    } else if (peer === undefined) refuse(socket, 403, 'MQTT on this port needs a client certificate or a signed URL');
    else this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.open(webSocket, peer));
  }

  private open(webSocket: WebSocket, peer: Peer): void {
    const stream = new WebSocketStream(webSocket, this.rules.closeFrameIsDisconnect);
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    stream.on('error', () => stream.destroy());
    this.accept(stream, peer);
  }

  private objectionTo({ url = '', headers }: IncomingMessage): [status: number, message: string] | undefined {
    const [path] = url.split('?');
    if (path !== MQTT_PATH) return [404, NOTHING_HERE];
    if (!isAllowedOrigin(headers.origin, this.rules.origins)) {
      return [403, `Web pages of ${headers.origin} may not connect: THINGCORE_WS_ORIGINS allows it`];
    }
    // [MQTT-6.0.0-3]
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (SUBPROTOCOLS.some((name) => offered.includes(name))) return undefined;
    return [400, 'The client must offer the WebSocket subprotocol "mqtt"'];
  }
}

function refuse(socket: Duplex, status: number, message: string): void {
  const body = `${message}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
