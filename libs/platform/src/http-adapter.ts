import { randomUUID } from 'node:crypto';
import { METHODS, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** What a server tells of a request that came to nobody. */
interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

/** What the parser of HTTP found wrong, by its code. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    name: 'InvalidRequestException',
    message: 'The headers of the request are larger than this server takes',
  },
  // SDKs try again by themselves.
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    name: 'RequestTimeoutException',
    message: 'The request did not come to its end in time',
  },
};

/** Node answers an upgrade or a tunnel by other events than a request. */
const NO_REQUESTS = new Set(['CONNECT']);

/**
 * The HTTP server of a process. What cannot be read, so that it reaches nobody, is refused as AWS services refuse: a name
 * for programs in `x-amzn-ErrorType`, a message for people, and a request id.
 */
export function httpAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    frameworkErrors: ({ statusCode = 400, message }: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      void reply
        .code(statusCode)
        .headers({ 'x-amzn-requestid': randomUUID(), 'x-amzn-errortype': 'InvalidRequestException' })
        .send({ message: `The request could not be read: ${message}` });
    },
    clientErrorHandler: ({ code }, socket) => answer(socket, REFUSALS[code] ?? UNREADABLE),
  });
  const server = adapter.getInstance();
  // Every method that the parser knows, so that whoever serves a path says what is not allowed there.
  for (const method of METHODS) {
    if (!server.supportedMethods.includes(method) && !NO_REQUESTS.has(method)) server.addHttpMethod(method);
  }
  return adapter;
}

const UNREADABLE: Refusal = {
  status: 400,
  name: 'InvalidRequestException',
  message: 'The request could not be read: it is not HTTP/1.1',
};

/** Without a request there is nothing to reply to but the socket. */
function answer(socket: Socket, { status, name, message }: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ message });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-amzn-RequestId: ${randomUUID()}`,
    `x-amzn-ErrorType: ${name}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
