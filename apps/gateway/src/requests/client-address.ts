import { BlockList, isIP, isIPv4 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';

const MAPPED_IPV4 = '::ffff:';

/** Knows where requests come from, through the proxies that operators say they trust. */
@Injectable()
export class ClientAddresses {
  private readonly proxies = new BlockList();

  constructor(@Inject(GATEWAY_CONFIG) { trustedProxies }: GatewayConfig) {
    for (const network of trustedProxies) {
      const [address = '', prefix] = network.split('/');
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      if (prefix === undefined) this.proxies.addAddress(address, family);
      else this.proxies.addSubnet(address, Number(prefix), family);
    }
  }

  /**
   * The address of the client. Of what stands in X-Forwarded-For the last that is no trusted proxy counts: whatever is
   * left of it anybody could have written.
   */
  of(request: FastifyRequest): string {
    const peer = plain(request.raw.socket.remoteAddress ?? '');
    const header = request.headers['x-forwarded-for'];
    if (header === undefined || !this.isProxy(peer)) return peer;
    const hops = [header]
      .flat()
      .join(',')
      .split(',')
      .map((hop) => plain(hop.trim()));
    let client = peer;
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) break;
      client = hop;
      if (!this.isProxy(hop)) break;
    }
    return client;
  }

  /** How the client has sent it, `http` or `https`: a trusted proxy says so in X-Forwarded-Proto. */
  schemeOf(request: FastifyRequest): 'http' | 'https' {
    const [told] = [request.headers['x-forwarded-proto'] ?? []].flat();
    const isTrusted = this.isProxy(plain(request.raw.socket.remoteAddress ?? ''));
    return isTrusted && told?.split(',')[0]?.trim().toLowerCase() === 'https' ? 'https' : request.protocol;
  }

  private isProxy(address: string): boolean {
    return isIP(address) !== 0 && this.proxies.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
}

function plain(address: string): string {
  return address.startsWith(MAPPED_IPV4) && isIPv4(address.slice(MAPPED_IPV4.length))
    ? address.slice(MAPPED_IPV4.length)
    : address;
}
