import { sourceNetwork } from './source-network.js';

describe('sourceNetwork', () => {
  it.each([
    ['an IPv4 address is itself', '192.0.2.7', '192.0.2.7'],
    ['an address in full', '2001:0DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['a shortened address', '2001:db8::6', '2001:db8:0:0::/64'],
    ['zeros within the network', '2001::2:3:4:5:6', '2001:0:0:2::/64'],
    ['the loopback address', '::1', '0:0:0:0::/64'],
    ['nothing', '', ''],
  ])('%s', (_name, address, network) => {
    expect(sourceNetwork(address)).toBe(network);
  });
});
