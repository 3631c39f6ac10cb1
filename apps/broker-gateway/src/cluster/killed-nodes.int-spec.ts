import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startRedis, type TestRedis, waitFor } from '#thingcore/testing';

const file = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

interface Said {
  readonly ready?: true;
  readonly claimed?: true;
  readonly settled?: string;
  readonly will?: string;
}

class NodeProcess {
  readonly said: Said[] = [];
  private readonly child: ChildProcess;

  constructor(url: string, name: string) {
    const options = ['--conditions=source', '--import', file('typescript.mjs'), file('node.mjs'), url, name];
    this.child = spawn(process.execPath, options, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child.on('message', (message) => this.said.push(message as Said));
  }

  get settled(): Said[] {
    return this.said.filter(({ settled }) => settled !== undefined);
  }

  async claimed(): Promise<void> {
    await waitFor(() => this.said.some(({ claimed }) => claimed), {
      what: 'a node to have clients',
      timeoutMs: 60_000,
    });
  }

  /** Without a signal it leaves the cluster first. */
  async end(signal?: 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    if (signal === undefined) this.child.send('stop');
    else this.child.kill(signal);
    await ended;
  }
}

describe('a node that is killed', () => {
  let server: TestRedis;
  let nodes: NodeProcess[];

  beforeAll(async () => {
    server = await startRedis();
    nodes = ['a', 'b', 'c'].map((name) => new NodeProcess(server.url, name));
    await Promise.all(nodes.map((node) => node.claimed()));
  }, 90_000);

  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    await server.stop();
  });

  it('has each of its wills published once by the others, within seconds', async () => {
    const [a, b, c] = nodes as [NodeProcess, NodeProcess, NodeProcess];
    // Heartbeats must have been steady for a while before a node judges others.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await a.end('SIGKILL');
    const killed = performance.now();
    const settled = () => [...b.settled, ...c.settled];
    await waitFor(() => settled().length >= 20, { what: 'all clients to be settled', timeoutMs: 20_000 });
    expect(performance.now() - killed).toBeLessThan(10_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const wills = settled().map(({ will }) => will ?? '');
    expect(wills.sort()).toEqual(Array.from({ length: 20 }, (_, n) => `will of a-${n}`).sort());
    await b.end(); // It leaves in peace, which is no death: but its connections were not closed here.
    const all = () => new Set(settled().map(({ will }) => will)).size === 40;
    await waitFor(all, { what: 'the clients of a node that left', timeoutMs: 10_000 });
    expect(settled()).toHaveLength(40);
  }, 60_000);
});
