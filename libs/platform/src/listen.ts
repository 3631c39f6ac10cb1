import type { Server } from 'node:net';
import { ConfigError } from './config.js';

/** Where a server listens, and the setting that an operator changes when it cannot. */
export interface ListenAddress {
  port: number;
  host: string;
  setting: string;
}

/**
 * Starts a server.
 *
 * @throws {@link ConfigError} that names the setting when the port is taken or may not be used.
 */
export async function listen(server: Server, address: ListenAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(explainListenError(error, address));
    server.once('error', fail);
    server.listen({ port: address.port, host: address.host }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

/**
 * What an operator can do about a server that does not listen: a {@link ConfigError} that names the setting; the error
 * itself when its reason is another one. For servers that a framework makes listen.
 */
export function explainListenError(error: NodeJS.ErrnoException, { port, host, setting }: ListenAddress): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError([
        `Port ${port} on ${host} is in use by another program: stop it or set ${setting} to another port (0 takes a free one)`,
      ]);
    case 'EACCES':
      return new ConfigError([
        `Port ${port} on ${host} needs more rights than this user has: set ${setting} to a port above 1023`,
      ]);
    case 'EADDRNOTAVAIL':
      return new ConfigError([
        `This machine has no address ${host} for port ${port} (${setting}): use 127.0.0.1 or 0.0.0.0`,
      ]);
    default:
      return error;
  }
}
