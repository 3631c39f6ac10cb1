import type { ServiceName } from '#thingcore/contracts';

/** The names of everything the transport keeps in Redis. */
export class RedisKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Stream of the requests to a service. */
  commands(service: ServiceName): string {
    return `${this.#prefix}commands:${service}`;
  }

  /** Channel that every replica of a service subscribes to while it takes commands: its subscribers are the live ones. */
  alive(service: ServiceName): string {
    return `${this.#prefix}alive:${service}`;
  }

  /** Channel of the replies to one client. */
  replies(clientId: string): string {
    return `${this.#prefix}replies:${clientId}`;
  }

  /** Stream of a group event. */
  events(pattern: string): string {
    return `${this.#prefix}events:${pattern}`;
  }

  /** Which replica of a service has its turn to read the stream of an ordered event. */
  turn(service: ServiceName, pattern: string): string {
    return `${this.#prefix}turn:${service}:${pattern}`;
  }

  /** Channel of a broadcast event. */
  broadcast(pattern: string): string {
    return `${this.#prefix}broadcast:${pattern}`;
  }

  /** Stream of the events that a service could not handle. */
  dead(service: ServiceName, pattern: string): string {
    return `${this.#prefix}dead:${service}:${pattern}`;
  }
}
