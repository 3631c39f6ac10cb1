import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** Bytes that wait on either side before the other is held back. */
const HIGH_WATER_MARK = 65_536;

/** How long the other side may take to answer a Close frame. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Close codes of RFC 6455, 7.4.1. */
const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
const NO_CLOSE_FRAME = 1006;

/** The DISCONNECT packet of a client that just leaves; the same bytes in MQTT 3.1.1 and 5. */
const DISCONNECT = Buffer.from([0xe0, 0]);

/**
 * The bytes of MQTT in a WebSocket, as the stream that a TCP socket would be: packets may begin and end anywhere in a frame
 * [MQTT-6.0.0-2], a reader that stops reading holds the other side back, and what is written is taken at its pace.
 */
export class WebSocketStream extends Duplex {
  private isAlive = true;
  /** Whether the close is of our making, and no goodbye of the client. */
  private isClosing = false;

  /** @param closeFrameIsDisconnect whether a Close frame says goodbye as a DISCONNECT packet does */
  constructor(
    private readonly socket: WebSocket,
    private readonly closeFrameIsDisconnect: boolean,
  ) {
    super({ readableHighWaterMark: HIGH_WATER_MARK, writableHighWaterMark: HIGH_WATER_MARK });
    socket.on('message', (data, isBinary) => this.receive(data as Buffer, isBinary));
    socket.on('ping', (data) => this.answerPing(data));
    socket.on('pong', () => (this.isAlive = true));
    // Invalid frames and messages beyond the limit; the socket has said the reason in its Close frame.
    socket.on('error', (error) => {
      this.awaitClose();
      this.destroy(error);
    });
    socket.on('close', (code) => this.ended(code));
  }

  /** Looks whether the other side still answers, and asks it to: called at intervals that are longer than an answer takes. */
  pulse(): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    // While it is held back its answer cannot be read.
    if (!this.isAlive && !this.socket.isPaused) {
      this.destroy(Object.assign(new Error('the WebSocket does not answer pings'), { code: 'ETIMEDOUT' }));
      return;
    }
    this.isAlive = false;
    this.socket.ping();
  }

  override _read(): void {
    if (this.socket.isPaused) this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // The other side has said goodbye; that it does not get this any more is no error.
    if (this.socket.readyState !== WebSocket.OPEN) done();
    else this.socket.send(chunk, { binary: true }, (error) => done(error));
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.close(NORMAL);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Without an error the other side is told, and cut off when it does not answer; with one there may be nobody to tell.
    if (error === null) this.close(NORMAL);
    else if (!this.isClosing) this.socket.terminate();
    done(error);
  }

  private receive(data: Buffer, isBinary: boolean): void {
    if (this.destroyed || this.readableEnded) return;
    this.isAlive = true;
    if (!isBinary) {
      // [MQTT-6.0.0-1]
      this.close(UNSUPPORTED_DATA, 'MQTT travels in binary frames');
      this.destroy(new Error('a text frame instead of a binary one'));
      return;
    }
    if (!this.push(data)) this.socket.pause();
  }

  /** Whoever sends pings and does not read the answers gets none: they would pile up. */
  private answerPing(data: Buffer): void {
    this.isAlive = true;
    if (this.socket.bufferedAmount < HIGH_WATER_MARK) this.socket.pong(data);
  }

  private close(code: number, reason?: string): void {
    if (this.isClosing || this.socket.readyState === WebSocket.CLOSED) return;
    this.awaitClose();
    this.socket.close(code, reason);
  }

  /** The other side has been told, or is about to be, and may take a moment to answer. */
  private awaitClose(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    const patience = setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    this.socket.once('close', () => clearTimeout(patience));
    // The answer must be read even if nothing else is.
    this.socket.resume();
  }

  private ended(code: number): void {
    if (this.destroyed) return;
    const isGoodbye = code !== NO_CLOSE_FRAME && !this.isClosing;
    if (isGoodbye && this.closeFrameIsDisconnect) this.push(DISCONNECT);
    this.push(null);
    if (!this.writableEnded) this.end();
  }
}
