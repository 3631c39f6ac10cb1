import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { IdleConnections } from './idle-connections.js';

describe('IdleConnections', () => {
  it('closes who has not asked for anything, and nobody else', async () => {
    const server = createServer((_request, response) => response.end('late'));
    const sut = new IdleConnections(server);
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

  it('closes who was being answered when the server began to close, after the answer', async () => {
    let answerLate: () => void = () => undefined;
    const server = createServer((_request, response) => (answerLate = () => response.end('at last')));
    server.keepAliveTimeout = 0;
    const sut = new IdleConnections(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(server, 'request');
    const closed = once(server, 'close');
    server.close();
    sut.close();
    const answer = once(client, 'data') as Promise<[Buffer]>;
    answerLate();
    expect((await answer).toString()).toContain('at last');
    await closed;
  });
});
