import type { TLSSocket } from 'node:tls';
import type { Peer } from '../connection.js';
import { shownCertificate } from './shown-certificate.js';
import { socketAddresses } from './socket-addresses.js';

/**
 * The peer at the other end of a TLS connection; `undefined` when it showed no certificate. A resumed session brings the
 * certificate of the handshake it goes back to.
 */
export function certificatePeer(socket: TLSSocket): Peer | undefined {
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) return undefined;
  const certificate = shownCertificate(shown);
  return {
    principal: certificate.variables.certificateId,
    ...socketAddresses(socket),
    // Node says false when the client did not ask for a name.
    domainName: typeof socket.servername === 'string' ? socket.servername : undefined,
    certificate,
  };
}
