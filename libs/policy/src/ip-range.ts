/** An IP address as a number. */
interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** A block of IP addresses in CIDR notation; a single address is a block of one. */
export interface IpRange {
  /** Whether an address, as text, lies in the block; `false` for what is no address. */
  contains(address: string): boolean;
}

/** What an IPv4 address looks like on a socket that listens for IPv6: `::ffff:a.b.c.d`. */
const MAPPED_PREFIX = 0xffffn;

/** Reads `198.51.100.0/24`, `2001:db8::/32` or a single address; `undefined` when it is neither. */
export function parseIpRange(text: string): IpRange | undefined {
  const [base, size, ...more] = text.split('/');
  const address = parseAddress(base ?? '');
  if (address === undefined || more.length > 0) return undefined;
  if (size !== undefined && !/^\d{1,3}$/.test(size)) return undefined;
  const width = address.version === 4 ? 32 : 128;
  const prefix = size === undefined ? width : Number(size);
  if (prefix > width) return undefined;

  const shift = BigInt(width - prefix);
  const network = address.value >> shift;
  return {
    contains: (candidate) => {
      const parsed = parseAddress(candidate);
      return parsed !== undefined && parsed.version === address.version && parsed.value >> shift === network;
    },
  };
}

function parseAddress(text: string): Address | undefined {
  const address = text.includes(':') ? parseVersion6(text) : parseVersion4(text);
  if (address?.version !== 6 || address.value >> 32n !== MAPPED_PREFIX) return address;
  return { version: 4, value: address.value & 0xffff_ffffn };
}

function parseVersion4(text: string): Address | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255))
    return undefined;
  return { version: 4, value: octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n) };
}

function parseVersion6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])];
  return { version: 6, value: groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n) };
}

/** The 16-bit groups of one side of `::`; the last two may be spelled as an IPv4 address. */
function parseGroups(text: string, mayEndInVersion4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [index, piece] of pieces.entries()) {
    const embedded = mayEndInVersion4 && index === pieces.length - 1 ? parseVersion4(piece) : undefined;
    if (embedded !== undefined) groups.push(Number(embedded.value >> 16n), Number(embedded.value & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(piece)) groups.push(Number.parseInt(piece, 16));
    else return undefined;
  }
  return groups;
}
