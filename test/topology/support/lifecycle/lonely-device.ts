import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Connects to the plain port, says so, and stays. */
const PROGRAM = `
import { connectAsync } from 'mqtt';
const [url, clientId] = process.argv.slice(1);
await connectAsync(url, { clientId, reconnectPeriod: 0 });
process.stdout.write('connected');
`;

/** A device in a process of its own, which can be ended as a power cut ends it. */
export class LonelyDevice {
  private constructor(private readonly child: ChildProcess) {}

  /** Connects one; resolves when it is connected. */
  static async connect(url: string, clientId: string): Promise<LonelyDevice> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, url, clientId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return new LonelyDevice(child);
  }

  /** Ends its process without a word. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }
}
