import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureProblem } from './signature-check.fixture.js';

/** The keys that the server knows. */
export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** A request that came in with a right signature. */
export interface AwsRequest {
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What to answer. */
export interface AwsAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Sends the body, but never the end of it. */
  readonly isStalled?: boolean;
}

/** Stands in for services of AWS: it checks signatures and keeps what it is asked. */
export class AwsServer {
  readonly requests: AwsRequest[] = [];
  /** What signatures were wrong. */
  readonly problems: string[] = [];
  answer: (request: AwsRequest) => AwsAnswer = () => ({});

  private constructor(private readonly server: Server) {}

  static async start(): Promise<AwsServer> {
    const server = createServer();
    const aws = new AwsServer(server);
    server.on('request', (request, response) => void aws.serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get last(): AwsRequest {
    const last = this.requests.at(-1);
    if (last === undefined) throw new Error('nothing was asked');
    return last;
  }

  /** The body of the last request as JSON. */
  get lastJson(): unknown {
    return JSON.parse(this.last.body.toString('utf8')) as unknown;
  }

  reset(): void {
    this.requests.length = 0;
    this.problems.length = 0;
    this.answer = () => ({});
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const [, region = '', service = ''] =
      /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const problem = signatureProblem(request, body, { ...KEYS, region, service });
    if (problem !== undefined) {
      this.problems.push(problem);
      response.writeHead(403, { 'x-amzn-errortype': 'InvalidSignatureException' });
      response.end(JSON.stringify({ __type: 'InvalidSignatureException', message: `quoted: ${problem}` }));
      return;
    }
    const asked = { service, method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    this.requests.push(asked);
    const { status = 200, headers = {}, body: answer = '{}', isStalled = false } = this.answer(asked);
    response.writeHead(status, headers);
    if (isStalled) response.write(answer);
    else response.end(answer);
  }
}
