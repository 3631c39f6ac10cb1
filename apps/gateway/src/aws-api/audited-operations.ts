import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '#thingcore/contracts';
import { IdGenerator } from '#thingcore/platform';
import type { ApiError, ModelStructure } from '#thingcore/rest-json';
import { currentCorrelationId } from '#thingcore/transport';
import type { Caller } from '../access/caller.js';
import { AuditLog } from '../audit/audit-log.js';
import { maskedInput } from '../audit/masked-input.js';
import { subjectsOf } from '../audit/subjects.js';

/** What is asked for by these changes nothing; `Test…` evaluates policies. */
const READS = /^(Describe|Get|List|Search|Test|Validate)/;

const MAX_MESSAGE = 2_048;

/** An operation that was answered. */
export interface AnsweredOperation {
  readonly name: string;
  readonly caller: Caller;
  readonly address: string;
  /** What was asked for, so far as it could be read. */
  readonly input: ModelStructure;
  readonly output?: ModelStructure | undefined;
  readonly error?: ApiError | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly durationMs: number;
}

/** Writes an entry into the audit log for every operation that changes something, also for those that somebody was not allowed. */
@Injectable()
export class AuditedOperations {
  constructor(
    private readonly log: AuditLog,
    private readonly ids: IdGenerator,
  ) {}

  /** Throws `ServiceUnavailable` for an operation that changes something while that could not be logged. */
  checkWritable(name: string): void {
    if (isChange(name)) this.log.checkWritable();
  }

  /** Writes the entry of an operation that changes something; resolves when the answer may go out. */
  async add(operation: AnsweredOperation): Promise<void> {
    if (isChange(operation.name)) await this.log.add(this.toEntry(operation));
  }

  private toEntry({ name, caller, address, input, output, error, at, durationMs }: AnsweredOperation): AuditEntry {
    return {
      entryId: this.ids.uuid(),
      at,
      // Names of access keys are not unique, and cannot have a slash.
      actor: `${caller.name}/${caller.accessKeyId ?? ''}`,
      actorKind: caller.credential,
      role: caller.role,
      address,
      channel: 'http',
      action: name,
      subjects: subjectsOf(input, output),
      input: maskedInput(withSizes(input)),
      ...(error === undefined
        ? { outcome: 'succeeded' }
        : { outcome: 'failed', errorCode: error.name, errorMessage: error.message.slice(0, MAX_MESSAGE) }),
      correlationId: currentCorrelationId() ?? this.ids.uuid(),
      durationMs: Math.round(durationMs * 1_000) / 1_000,
    };
  }
}

function isChange(name: string): boolean {
  return !READS.test(name);
}

/** What devices say is of their own: of a payload only the size is kept. */
function withSizes(input: ModelStructure): Record<string, unknown> {
  const entries = Object.entries(input).map(([name, value]): [string, unknown] => [
    name,
    value instanceof Uint8Array ? `(${value.length} bytes)` : value,
  ]);
  return Object.fromEntries(entries);
}
