import type { Socket } from 'node:net';
import type { Peer } from '../connection.js';
import { plainAddress } from './plain-address.js';

/** Both ends of a socket, as what is known of the peer at the other one. */
export function socketAddresses(socket: Socket): Pick<Peer, 'sourceIp' | 'socket'> {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  const sourceIp = plainAddress(remoteAddress);
  // A socket that is closed already has none.
  if (remotePort === undefined || localPort === undefined) return { sourceIp };
  return { sourceIp, socket: { sourcePort: remotePort, targetIp: plainAddress(localAddress), targetPort: localPort } };
}
