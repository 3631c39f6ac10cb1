import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A write as InfluxDB sees it. */
export interface Write {
  readonly bucket: string | null;
  readonly org: string | null;
  readonly lines: string[];
}

/** `measurement[,tag=value…] field=value[,…] timestamp`, with escaped separators and quoted texts. */
const LINE =
  /^(\\.|[^\\, ])+(,(\\.|[^\\,= ])+=(\\.|[^\\,= ])+)* (((\\.|[^\\,= ])+=("(\\.|[^"\\])*"|[^", ]+))(,|(?= )))+ -?\d+$/;

/** The write API of InfluxDB 2: it refuses a whole request for one line that is none. */
export class InfluxServer {
  readonly writes: Write[] = [];
  requests = 0;
  /** A status to answer with instead of looking. */
  status: number | undefined;

  private constructor(
    private readonly server: Server,
    private readonly token: string,
  ) {}

  static async start(token: string): Promise<InfluxServer> {
    const server = createServer();
    const influx = new InfluxServer(server, token);
    server.on('request', (request, response) => void influx.serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return influx;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get lines(): string[] {
    return this.writes.flatMap(({ lines }) => lines);
  }

  reset(): void {
    this.writes.length = 0;
    this.requests = 0;
    this.status = undefined;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    this.requests++;
    const url = new URL(request.url ?? '', 'http://influx');
    const refuse = (status: number, message: string) => response.writeHead(status).end(JSON.stringify({ message }));
    if (this.status !== undefined) return void refuse(this.status, 'said');
    if (request.headers.authorization !== `Token ${this.token}`) return void refuse(401, 'unauthorized access');
    if (request.method !== 'POST' || url.pathname !== '/api/v2/write') return void refuse(404, 'no such path');
    if (url.searchParams.get('precision') !== 'ns') return void refuse(400, 'precision');
    const lines = Buffer.concat(chunks).toString().split('\n');
    const wrong = lines.find((line) => !LINE.test(line) || line.includes('conflict'));
    if (wrong !== undefined) return void refuse(400, `unable to parse '${wrong}'`);
    this.writes.push({ bucket: url.searchParams.get('bucket'), org: url.searchParams.get('org'), lines });
    response.writeHead(204).end();
  }
}
