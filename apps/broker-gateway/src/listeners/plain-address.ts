/** The address of a peer as people write it: an IPv4 address without the prefix it has on an IPv6 socket. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
