// The few packets of MQTT 3.1.1 that a load generator needs, on plain sockets: a client library would cost more than a broker.
import { connect } from 'node:net';

const field = (text) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

function packet(firstByte, body) {
  const length = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

export const DISCONNECT = Buffer.from([0xe0, 0]);

const connectPacket = (clientId) =>
  packet(0x10, Buffer.concat([field('MQTT'), Buffer.from([4, 2, 4, 176]), field(clientId)]));

const subscribePacket = (filter, qos) =>
  packet(0x82, Buffer.concat([Buffer.from([0, 1]), field(filter), Buffer.from([qos])]));

export function publishPacket(topic, qos, id, payload) {
  const identifier = qos > 0 ? Buffer.from([id >> 8, id & 255]) : Buffer.alloc(0);
  return packet(0x30 | (qos << 1), Buffer.concat([field(topic), identifier, payload]));
}

/** A connection that counts what it gets and acknowledges QoS 1. */
export class WireClient {
  acknowledged = 0;
  #rest = null;
  #acks = [];
  #awaited = new Map();

  /**
   * @param onPublish called with the buffer and the bounds of the body of each PUBLISH
   * @param socket one over TLS; else a plain one to the port
   */
  constructor(port, clientId, onPublish = () => {}, socket = connect({ port, host: '127.0.0.1', noDelay: true })) {
    this.onPublish = onPublish;
    this.isClosed = false;
    this.socket = socket;
    this.socket.once(socket.encrypted ? 'secureConnect' : 'connect', () => this.socket.write(connectPacket(clientId)));
    this.socket.on('data', (chunk) => this.#data(chunk));
    this.socket.on('error', () => {});
    this.socket.on('close', () => (this.isClosed = true));
    this.ready = this.#answer(2);
  }

  async subscribe(filter, qos) {
    this.socket.write(subscribePacket(filter, qos));
    const granted = await this.#answer(9);
    if (granted === 0x80) throw new Error(`the broker refuses ${filter}`);
  }

  #answer(type) {
    return new Promise((resolve, reject) => {
      this.#awaited.set(type, resolve);
      this.socket.once('close', () => reject(new Error('the broker closed the connection')));
    });
  }

  #data(chunk) {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 2) {
      let body = at + 1;
      let length = 0;
      let shift = 0;
      let byte = 128;
      while (byte > 127 && body < bytes.length) {
        byte = bytes[body++];
        length |= (byte & 127) << shift;
        shift += 7;
      }
      if (byte > 127 || bytes.length - body < length) break;
      this.#packet(bytes, bytes[at], body, body + length);
      at = body + length;
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : null;
    if (this.#acks.length > 0) {
      this.socket.write(Buffer.from(this.#acks));
      this.#acks = [];
    }
  }

  #packet(bytes, firstByte, body, end) {
    // An echo has its own CONNECT come back.
    const type = firstByte >> 4 === 1 ? 2 : firstByte >> 4;
    if (type === 3) {
      if (firstByte & 6) {
        const idAt = body + 2 + ((bytes[body] << 8) | bytes[body + 1]);
        this.#acks.push(0x40, 2, bytes[idAt], bytes[idAt + 1]);
      }
      this.onPublish(bytes, body, end);
    } else if (type === 4) {
      this.acknowledged++;
    } else {
      this.#awaited.get(type)?.(bytes[end - 1]);
    }
  }
}
