import type { Logger } from './logger.js';

/**
 * When a part starts. `prepare`: the transport is up, the part may call other services. `listen`: everything is
 * prepared, the part may let the world in. Stopping goes the other way round: first nobody comes in any more.
 */
export type Stage = 'prepare' | 'listen';

/** A part of a service that does something of its own: a listener, a worker, a subscription. */
export interface Part {
  readonly name: string;
  readonly stage: Stage;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The parts of a process, started and stopped in order. Parts add themselves in their constructors. */
export class Lifecycle {
  private readonly parts: Part[] = [];
  private readonly running: Part[] = [];

  constructor(private readonly logger: Logger) {}

  /** Takes a part into the process. Call it before the process starts its parts. */
  add(part: Part): void {
    this.parts.push(part);
  }

  /** Starts all parts, stage by stage, in the order they were added. The first that fails stops the start. */
  async start(): Promise<void> {
    for (const stage of ['prepare', 'listen'] as const) {
      for (const part of this.parts.filter((candidate) => candidate.stage === stage)) {
        this.logger.debug(`starting ${part.name}`);
        await part.start();
        this.running.push(part);
      }
    }
  }

  /** Stops what was started, last first. A part that fails to stop does not keep the others from stopping. */
  async stop(): Promise<void> {
    while (this.running.length > 0) {
      const part = this.running.pop();
      this.logger.debug(`stopping ${part?.name}`);
      try {
        await part?.stop();
      } catch (error) {
        this.logger.error(`${part?.name} did not stop cleanly`, { error: String(error) });
      }
    }
  }
}
