import { BlockList, isIP } from 'node:net';

/**
 * Addresses that the public Internet does not route: an action that a rule's author points there would look into the
 * network of the operator, or at the metadata service of a cloud (169.254.169.254). IANA special-purpose registries.
 */
const SPECIAL: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
];

const special = new BlockList();
for (const [network, bits] of SPECIAL) special.addSubnet(network, bits, familyOf(network));

/** Which hosts outside the public Internet rules may reach: those the operator names, and no others. */
export class PrivateHosts {
  private readonly names = new Set<string>();
  private readonly addresses = new BlockList();

  /** @param hosts names, addresses and networks (`10.0.0.0/8`). Throws an `Error` for what is none of them. */
  constructor(hosts: readonly string[]) {
    for (const host of hosts) {
      const [address = '', bits] = host.split('/');
      if (isIP(address) === 0) {
        if (bits !== undefined) throw new Error(`THINGCORE_RULES_PRIVATE_HOSTS: "${host}" is no network`);
        this.names.add(host.toLowerCase());
      } else if (bits === undefined) {
        this.addresses.addAddress(address, familyOf(address));
      } else {
        this.addresses.addSubnet(address, Number(bits), familyOf(address));
      }
    }
  }

  /** Whether the operator named this host, by its name or by its address. */
  lists(host: string): boolean {
    if (isIP(host) === 0) return this.names.has(host.toLowerCase());
    return this.addresses.check(host, familyOf(host));
  }

  /** Whether a connection to this address, which `host` has, may be made. */
  mayReach(host: string, address: string): boolean {
    return this.lists(host) || this.lists(address) || !isSpecial(address);
  }
}

function isSpecial(address: string): boolean {
  return special.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
