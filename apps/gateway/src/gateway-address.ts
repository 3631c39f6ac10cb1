import { Injectable } from '@nestjs/common';

/** Where applications reach the gateway, once it listens; with the port it really got. */
@Injectable()
export class GatewayAddress {
  #httpUrl: string | undefined;

  /** The listener says where it listens. */
  announce(host: string, port: number): void {
    this.#httpUrl = `http://${reachable(host)}:${port}`;
  }

  /** The root of HTTP, without a slash at its end. Throws before the gateway listens. */
  get httpUrl(): string {
    if (this.#httpUrl === undefined) throw new Error('The gateway does not listen yet');
    return this.#httpUrl;
  }

  /** Where GraphQL is, over HTTP and, with the scheme `ws`, over WebSocket. */
  get graphqlUrl(): string {
    return `${this.httpUrl}/graphql`;
  }
}

/** An address that stands for all of a machine is none to connect to. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
