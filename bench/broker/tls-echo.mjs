// node tls-echo.mjs '<options as JSON>': a server on bare node:tls that asks for client certificates and echoes, the least that
// a connection costs in Node.
import { createServer } from 'node:tls';

const { port, identities } = JSON.parse(process.argv[2]);
const { server: own, ca } = identities;
const options = { key: own.key, cert: own.cert, ca, requestCert: true, rejectUnauthorized: true, noDelay: true };
const server = createServer(options, (socket) => {
  socket.on('error', () => {});
  socket.on('data', (chunk) => socket.write(chunk));
});
server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => process.send?.({ port, tlsPort: port }));
