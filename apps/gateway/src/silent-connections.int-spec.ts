import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { SilentConnections } from './silent-connections.js';

describe('SilentConnections', () => {
  it('closes who has not asked for anything, and nobody else', async () => {
    const server = createServer((_request, response) => response.end('late'));
    const sut = new SilentConnections(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const silent = connect(port, '127.0.0.1');
    await once(server, 'connection');
    const asking = connect(port, '127.0.0.1');
    await once(server, 'connection');
    asking.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const [answer] = (await once(asking, 'data')) as [Buffer];
    const ends = [once(silent, 'close'), once(server, 'close')];
    server.close();
    sut.close();
    await Promise.all(ends);
    expect(answer.toString()).toContain('late');
  });
});
