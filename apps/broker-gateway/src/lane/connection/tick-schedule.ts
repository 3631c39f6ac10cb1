import type { OutputBuffer } from './output-buffer.js';

/** Flushes the outputs that something was written to, once at the end of a turn of the event loop. */
export class TickSchedule {
  private outputs: OutputBuffer[] = [];
  private isScheduled = false;

  readonly schedule = (output: OutputBuffer): void => {
    this.outputs.push(output);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.flush);
  };

  private readonly flush = (): void => {
    this.isScheduled = false;
    const outputs = this.outputs;
    this.outputs = [];
    for (const output of outputs) output.flush();
  };
}
