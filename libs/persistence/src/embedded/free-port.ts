import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { IotError } from '#thingcore/errors';

/**
 * A port of 127.0.0.1 that was free a moment ago: the wanted one, or any for 0. Throws `ServiceUnavailable` when the
 * wanted one is taken.
 */
export async function reservePort(wanted: number): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new IotError(
      'ServiceUnavailable',
      `Port ${wanted} of 127.0.0.1 cannot be used for PostgreSQL (${(cause as NodeJS.ErrnoException).code}); stop what uses it, or take port 0 for a free one`,
      { retryable: false, cause, details: { port: wanted } },
    );
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
