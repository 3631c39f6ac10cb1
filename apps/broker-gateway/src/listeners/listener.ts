/** A port of the broker. */
export interface Listener {
  readonly name: string;
  /** The port in use, once it listens. */
  readonly port: number;
  /** Begins to listen. Rejects with a `ConfigError` that names the setting when the port cannot be had. */
  start(): Promise<void>;
  /** Takes no further sockets from this call on; resolves when nothing is left that is not the engine's to end. */
  stop(): Promise<void>;
}
