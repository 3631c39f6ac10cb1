import { isIPv6 } from 'node:net';

/** Groups of an IPv6 address that name the network; whoever has one address of it has them all (RFC 6177). */
const NETWORK_GROUPS = 4;

/** Who is behind an address, for limits: an IPv4 address, or the /64 network of an IPv6 address. */
export function sourceNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...after];
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}
