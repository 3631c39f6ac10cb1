import { Injectable } from '@nestjs/common';
import { reviveError } from '#thingcore/errors';
import { Clock, IdGenerator, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { LEASE_MS, RegistrationRun } from './registration-run.js';
import { type RegistrationTaskRecord, RegistrationTaskStore } from './registration-task.store.js';

/** How often tasks are looked for whose worker has died, and that other replicas were asked for. */
const LOOK_MS = 1_000;

/** Works on bulk registrations: of all replicas one at a time, which another one replaces when it dies. */
@Injectable()
export class RegistrationWorker implements Part {
  readonly name = 'the worker of bulk registrations';
  readonly stage = 'prepare';
  private readonly worker: string;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly tasks: RegistrationTaskStore,
    private readonly run: RegistrationRun,
    private readonly clock: Clock,
    private readonly logger: Logger,
    ids: IdGenerator,
    lifecycle: Lifecycle,
  ) {
    this.worker = ids.uuid();
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.timer = setInterval(() => this.wake(), LOOK_MS);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** There is a task to work on, or there may be. */
  wake(): void {
    if (this.isStopping) return;
    this.running ??= this.workOnTasks().finally(() => (this.running = undefined));
  }

  private async workOnTasks(): Promise<void> {
    try {
      for (let task = await this.claim(); task !== undefined; task = await this.claim()) {
        await this.workOn(task);
        if (this.isStopping) return;
      }
    } catch (error) {
      // What has no result yet keeps, and the next look tries again.
      this.logger.warn('bulk registration pauses', { error: String(error) });
    }
  }

  private async workOn(task: RegistrationTaskRecord): Promise<void> {
    const { taskId } = task;
    try {
      await this.run.work(task, this.worker, () => this.isStopping);
    } catch (thrown) {
      const { retryable, message } = reviveError(thrown);
      if (retryable) throw thrown;
      const stack = thrown instanceof Error ? thrown.stack : String(thrown);
      this.logger.error('a bulk registration failed', { taskId, stack });
      const reason = `The task could not go on: ${message}; the log of the registry says more. Lines without a result are not registered`;
      await this.tasks.end(taskId, this.worker, new Date(this.clock.now()), { status: 'Failed', message: reason });
    }
  }

  private claim(): Promise<RegistrationTaskRecord | undefined> {
    const now = this.clock.now();
    return this.tasks.claim({ worker: this.worker, now: new Date(now), until: new Date(now + LEASE_MS) });
  }
}
