import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../application.js';

/** What a hook is asked. AWS: Pre-provisioning hooks, the input. */
export interface HookQuestion extends Json {
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a hook does with a question: its status and answer, or nothing at all. */
export type HookConduct = (question: HookQuestion) => { readonly status?: number; readonly answer: unknown } | 'hang';

/** The operator's own service that is asked before a device is provisioned. */
export class HookServer {
  readonly questions: HookQuestion[] = [];
  conduct: HookConduct = () => ({ answer: { allowProvisioning: true } });

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const question = JSON.parse(Buffer.concat(chunks).toString()) as HookQuestion;
        this.questions.push(question);
        const outcome = this.conduct(question);
        if (outcome === 'hang') return;
        response.writeHead(outcome.status ?? 200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(outcome.answer));
      });
    });
  }

  static async start(): Promise<HookServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HookServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
