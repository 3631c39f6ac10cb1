import { SilentSockets } from './silent-sockets.js';

describe('SilentSockets', () => {
  const sockets = (count: number) => Array.from({ length: count }, () => ({}));

  it('has room for so many of one address, and for those of others beside them', () => {
    const silent = new SilentSockets({ silentSocketsPerAddress: 2, silentSockets: 100 });
    expect(sockets(3).map((socket) => silent.begin(socket, '192.0.2.1'))).toEqual([true, true, false]);
    expect([silent.hasRoom('192.0.2.1'), silent.hasRoom('192.0.2.2')]).toEqual([false, true]);
  });

  it('has room for so many of all', () => {
    const silent = new SilentSockets({ silentSocketsPerAddress: 2, silentSockets: 2 });
    expect(sockets(3).map((socket, n) => silent.begin(socket, `192.0.2.${n}`))).toEqual([true, true, false]);
  });

  it('takes a /64 network of IPv6 for one address', () => {
    const silent = new SilentSockets({ silentSocketsPerAddress: 1, silentSockets: 100 });
    const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'];
    expect(addresses.map((address) => silent.begin({}, address))).toEqual([true, false, true]);
  });

  it('has room again when one has said CONNECT; that it closes later changes nothing', () => {
    const silent = new SilentSockets({ silentSocketsPerAddress: 1, silentSockets: 100 });
    const [first, second] = sockets(2);
    silent.begin(first!, '192.0.2.1');
    silent.end(first!);
    expect(silent.begin(second!, '192.0.2.1')).toBe(true);
    silent.end(first!);
    expect(silent.hasRoom('192.0.2.1')).toBe(false);
  });
});
