import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { DeviceCredentials } from '../application.js';

/** Where an attacker of this machine comes from: another address of it than everybody else. */
export const ELSEWHERE = '127.0.0.2';

/** What a socket may be opened with beside the address it goes to. */
export interface SocketOptions {
  readonly localAddress?: string;
}

/** Opens a TCP connection to the port of a URL. */
export function openSocket(url: string, options: SocketOptions = {}): Socket {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', ...options });
  socket.on('error', () => undefined);
  return socket;
}

/** Who opens a TLS connection: a device, or somebody who only knows what to verify the server with. */
export type Opener = DeviceCredentials | Pick<DeviceCredentials, 'caPem'>;

/** Opens a TLS connection to the port of a URL; rejects when it is closed before the handshake is over. */
export async function openSecure(
  url: string,
  opener: Opener,
  options: ConnectionOptions & SocketOptions = {},
): Promise<TLSSocket> {
  const { port } = new URL(url);
  const own = 'privateKey' in opener ? { cert: opener.certificatePem, key: opener.privateKey } : {};
  const socket = connectTls({
    port: Number(port),
    host: '127.0.0.1',
    servername: 'localhost',
    ca: opener.caPem,
    ...own,
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('The connection was closed in the TLS handshake')));
  });
  return socket;
}

/** All that comes until the other side closes; rejects when that takes too long. */
export async function readToEnd(socket: Socket, timeoutMs = 5_000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await closedWithin(socket, timeoutMs);
  return Buffer.concat(chunks);
}

/** What comes first, or nothing when the other side closes before. */
export function readFirst(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    socket.once('data', resolve);
    socket.once('close', () => resolve(Buffer.alloc(0)));
  });
}

/** Resolves with how many milliseconds it took until the other side closed; rejects when that takes too long. */
export async function closedWithin(socket: Socket, timeoutMs: number): Promise<number> {
  const startedAt = performance.now();
  socket.resume();
  if (socket.closed) return 0;
  await new Promise<void>((resolve, reject) => {
    const patience = setTimeout(() => {
      reject(new Error(`The connection was not closed within ${timeoutMs} ms`));
      socket.destroy();
    }, timeoutMs);
    socket.once('close', () => {
      clearTimeout(patience);
      resolve();
    });
  });
  return performance.now() - startedAt;
}
