import { Injectable } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { type ProvisioningTemplate, resolveTemplate } from '#thingcore/provisioning-template';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { ProvisioningService } from '../provisioning/provisioning.service.js';
import { registrationReply } from '../provisioning/registration-reply.js';
import { failureOf, successOf } from './line-report.js';
import { parseLine } from './parse-line.js';
import { type LineResult, RegistrationLineStore, type WaitingLine } from './registration-line.store.js';
import { inPart } from './transaction-part.js';

/** What lines are registered for. */
export interface LineContext {
  readonly taskId: string;
  readonly worker: string;
  readonly template: ProvisioningTemplate;
}

/** Registers the things of some lines. */
@Injectable()
export class LineRegistration {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly provisioning: ProvisioningService,
    private readonly lines: RegistrationLineStore,
    private readonly context: RegistryContext,
    private readonly logger: Logger,
  ) {}

  /**
   * Registers lines, together with their results: each line as a whole or not at all. Answers the results; undefined
   * when the task is another worker's by now. Throws what is no line's fault, and then none of them counts.
   */
  register(lines: readonly WaitingLine[], context: LineContext): Promise<LineResult[] | undefined> {
    return this.transactions
      .run(async (tx) => {
        const results: LineResult[] = [];
        for (const line of lines) results.push(await this.registerOne(tx, line, context));
        const kept = await this.lines.keepResults(tx.manager, context, results);
        if (kept < results.length) throw new TaskIsLost();
        return results;
      })
      .catch((error: unknown) => {
        if (isTaskLost(error)) return undefined;
        throw isTakenLine(error) ? new IotError('ServiceUnavailable', 'Another worker had one of the lines') : error;
      });
  }

  private async registerOne(tx: RegistryTransaction, line: WaitingLine, context: LineContext): Promise<LineResult> {
    try {
      const plan = resolveTemplate(context.template, parseLine(line));
      return await inPart(tx, async (part) => {
        const provisioned = await this.provisioning.applyIn(part, plan);
        return successOf(line, registrationReply(this.context, plan, provisioned));
      });
    } catch (thrown) {
      const error = reviveError(thrown);
      // A database that is away, or a lost race: the line waits for better times.
      if (error.retryable) throw thrown;
      if (error.code === 'Internal') {
        const stack = thrown instanceof Error ? thrown.stack : String(thrown);
        this.logger.error('a line of a bulk registration failed', { lineNumber: line.lineNumber, stack });
      }
      return failureOf(line, error);
    }
  }
}

/** Undoes the transaction of a worker that has been replaced. */
class TaskIsLost extends Error {
  override readonly name = 'TaskIsLost';
}

function isTaskLost(error: unknown): boolean {
  return error instanceof TaskIsLost || (error instanceof Error && error.cause instanceof TaskIsLost);
}

/** Whether a worker that died or was replaced has stored a result after these lines were read. */
function isTakenLine(error: unknown): boolean {
  return reviveError(error).details?.['constraint'] === 'registration_results_pkey';
}
