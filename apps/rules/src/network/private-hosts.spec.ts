import { PrivateHosts } from './private-hosts.js';

describe('PrivateHosts', () => {
  it.each([
    '127.0.0.1',
    '10.9.8.7',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
  ])('keeps rules away from %s', (address) => {
    expect(new PrivateHosts([]).mayReach('example.com', address)).toBe(false);
  });

  it.each(['93.184.216.34', '172.32.0.1', '11.0.0.1', '2606:4700::1111'])('lets them reach %s', (address) => {
    expect(new PrivateHosts([]).mayReach('example.com', address)).toBe(true);
  });

  it.each<[name: string, host: string, address: string]>([
    ['by its name', 'Minio.Local', '10.0.0.1'],
    ['by its address', 'anything', '192.168.7.7'],
    ['by its network', 'anything', '172.16.99.1'],
  ])('lets them reach what the operator names %s', (_name, host, address) => {
    const hosts = new PrivateHosts(['minio.local', '192.168.7.7', '172.16.0.0/12']);
    expect(hosts.mayReach(host, address)).toBe(true);
  });

  it('refuses a network that is none', () => {
    expect(() => new PrivateHosts(['minio/8'])).toThrow(/THINGCORE_RULES_PRIVATE_HOSTS/);
  });
});
