import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { listen } from './listen.js';
import type { Readiness } from './readiness.js';

/** The metrics of a process. Services add theirs to it; names follow the Prometheus conventions. */
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}

/**
 * What operators and their tools ask of a process: `/healthz` (it lives), `/readyz` (it can serve, else which
 * dependency is missing and why), `/metrics` (Prometheus).
 */
export class OperationsServer {
  private readonly server: Server;

  constructor(
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
  ) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
      });
    });
  }

  /** Starts to listen and answers the port. */
  async start(port: number, host: string): Promise<number> {
    await listen(this.server, { port, host, setting: 'THINGCORE_METRICS_PORT' });
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (request.url) {
      case '/healthz':
        response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
        return;
      case '/readyz': {
        const { ready, missing } = await this.readiness.check();
        response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ready, missing }));
        return;
      }
      case '/metrics':
        response.writeHead(200, { 'content-type': this.metrics.registry.contentType });
        response.end(await this.metrics.registry.metrics());
        return;
      default:
        response.writeHead(404, { 'content-type': 'text/plain' });
        response.end('Not found. There is /healthz, /readyz and /metrics.\n');
    }
  }
}
