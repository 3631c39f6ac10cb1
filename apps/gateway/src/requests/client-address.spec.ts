import type { FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../gateway.config.js';
import { ClientAddresses } from './client-address.js';

describe('ClientAddresses', () => {
  const sut = new ClientAddresses({ trustedProxies: ['10.0.0.0/8', '::1'] } as GatewayConfig);
  const addressOf = (remoteAddress: string, forwarded?: string) =>
    sut.of({
      raw: { socket: { remoteAddress } },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    } as unknown as FastifyRequest);

  it.each<[string, string, string | undefined, string]>([
    ['who is connected', '192.0.2.1', undefined, '192.0.2.1'],
    ['an IPv4 address in the form of IPv6 as what it is', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['who is connected, whatever it says, unless it is a proxy', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['whom a proxy names', '10.1.2.3', '198.51.100.7', '198.51.100.7'],
    [
      'the last that no proxy is, since others can be made up',
      '::1',
      '203.0.113.9, 198.51.100.7, 10.9.9.9',
      '198.51.100.7',
    ],
    ['the first proxy when there is nobody else', '10.1.2.3', '10.4.5.6', '10.4.5.6'],
    ['the last that is an address', '10.1.2.3', 'unknown', '10.1.2.3'],
  ])('takes for the client %s', (_name, remote, forwarded, expected) => {
    expect(addressOf(remote, forwarded)).toBe(expected);
  });

  it.each([
    ['https, for a proxy says so', '10.1.2.3', 'HTTPS', 'https'],
    ['what it is, whatever anybody else says', '192.0.2.1', 'https', 'http'],
    ['what it is, for a proxy says nothing', '10.1.2.3', undefined, 'http'],
    ['what it is, for a proxy says nothing sensible', '10.1.2.3', 'gopher', 'http'],
  ])('takes for the scheme of a request %s', (_name, remoteAddress, proto, expected) => {
    const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
    const request = { raw: { socket: { remoteAddress } }, headers, protocol: 'http' } as unknown as FastifyRequest;
    expect(sut.schemeOf(request)).toBe(expected);
  });
});
