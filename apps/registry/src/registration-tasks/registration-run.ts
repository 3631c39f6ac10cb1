import { Injectable } from '@nestjs/common';
import { Clock, Logger } from '#thingcore/platform';
import { parseProvisioningTemplate } from '#thingcore/provisioning-template';
import { type LineContext, LineRegistration } from './line-registration.js';
import { RegistrationLineStore, type WaitingLine } from './registration-line.store.js';
import {
  type RegistrationCounts,
  type RegistrationTaskRecord,
  RegistrationTaskStore,
} from './registration-task.store.js';

/** How many lines share a transaction: enough to make its own cost small, few enough to hold no lock for long. */
const BATCH_LINES = 10;

/** How many batches are worked on at a time. */
const BATCHES_AT_ONCE = 4;

/** How many lines are read at a time. */
const READ_LINES = 400;

/** For how long nobody else works on a task whose worker is not heard of. */
export const LEASE_MS = 5_000;

/** How often a worker is heard of; progress is as old as that. */
const KEEP_MS = 500;

/** Why a worker leaves a task. */
type Reason = 'COMPLETED' | 'CANCELLED' | 'LOST' | 'STOPPING';

/** One worker's work on one task. */
interface Work {
  readonly task: RegistrationTaskRecord;
  readonly context: LineContext;
  counts: RegistrationCounts;
  /** Set as soon as no further line is to be begun. */
  reason: Reason | undefined;
}

/** Works on a task until it ends, or somebody else is to go on with it. */
@Injectable()
export class RegistrationRun {
  constructor(
    private readonly tasks: RegistrationTaskStore,
    private readonly lines: RegistrationLineStore,
    private readonly registration: LineRegistration,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * Registers all lines that have no result yet, and ends the task. Throws what keeps it from going on; then the lines
   * that have no result are somebody's later.
   */
  async work(task: RegistrationTaskRecord, worker: string, isStopping: () => boolean): Promise<void> {
    const template = parseProvisioningTemplate(task.templateBody, 'REGISTER');
    const context = { taskId: task.taskId, worker, template };
    const counts = await this.lines.counts(task.taskId);
    const work: Work = { task, context, counts, reason: undefined };
    await this.keep(work);
    const timer = setInterval(() => {
      if (isStopping()) work.reason ??= 'STOPPING';
      else this.keep(work).catch((error: unknown) => this.logger.warn('a task is not kept', { error: String(error) }));
    }, KEEP_MS);
    try {
      await this.registerAll(work);
    } finally {
      clearInterval(timer);
    }
    await this.leave(work);
  }

  private async registerAll(work: Work): Promise<void> {
    const source = new LineSource((after) => this.lines.waiting(work.task, after, READ_LINES));
    const runs = Array.from({ length: BATCHES_AT_ONCE }, () => this.registerSome(work, source));
    const ended = await Promise.allSettled(runs);
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    work.reason ??= 'COMPLETED';
  }

  private async registerSome(work: Work, source: LineSource): Promise<void> {
    while (work.reason === undefined) {
      const lines = await source.take(BATCH_LINES);
      if (lines.length === 0) return;
      const results = await this.registration.register(lines, work.context);
      if (results === undefined) {
        work.reason = 'LOST';
        return;
      }
      const successes = results.filter(({ isSuccess }) => isSuccess).length;
      const { successCount, failureCount } = work.counts;
      work.counts = {
        successCount: successCount + successes,
        failureCount: failureCount + results.length - successes,
      };
    }
  }

  /** Says that the task is in good hands, and learns whether it is to go on. */
  private async keep(work: Work): Promise<void> {
    const { taskId, worker } = work.context;
    const now = this.clock.now();
    const lease = { worker, now: new Date(now), until: new Date(now + LEASE_MS) };
    const status = await this.tasks.keep(taskId, lease, work.counts);
    if (status === undefined) work.reason ??= 'LOST';
    else if (status === 'Cancelling') work.reason ??= 'CANCELLED';
  }

  private async leave({ context: { taskId, worker }, reason }: Work): Promise<void> {
    const now = new Date(this.clock.now());
    switch (reason) {
      case 'COMPLETED':
        return this.tasks.end(taskId, worker, now, { status: 'Completed' });
      case 'CANCELLED':
        return this.tasks.end(taskId, worker, now, { status: 'Cancelled' });
      case 'STOPPING':
        return this.tasks.release(taskId, worker);
      case 'LOST':
      case undefined:
        return;
    }
  }
}

/** Gives out lines in their order, each once, and reads on when it has to. */
class LineSource {
  private waiting: WaitingLine[] = [];
  private after = 0;
  private reading: Promise<void> | undefined;
  private isAtEnd = false;

  constructor(private readonly read: (after: number) => Promise<WaitingLine[]>) {}

  /** Up to `limit` lines; none at the end. */
  async take(limit: number): Promise<WaitingLine[]> {
    while (this.waiting.length === 0 && !this.isAtEnd) {
      await (this.reading ??= this.readOn().finally(() => (this.reading = undefined)));
    }
    return this.waiting.splice(0, limit);
  }

  private async readOn(): Promise<void> {
    const lines = await this.read(this.after);
    this.isAtEnd = lines.length === 0;
    this.after = lines.at(-1)?.lineNumber ?? this.after;
    this.waiting.push(...lines);
  }
}
