import { Injectable, type PipeTransform } from '@nestjs/common';
import type { CommandContract, EventContract } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';

/**
 * Parses a message by its contract: `@Payload(new ContractPipe(createThing))`. The handler gets what the schema puts
 * out, defaults filled in. Errors: `InvalidRequest`; details `field` (dotted path of the first problem, empty for the
 * message itself) and `issues` (path and message of all).
 */
@Injectable()
export class ContractPipe<C extends CommandContract | EventContract> implements PipeTransform {
  readonly #contract: C;

  constructor(contract: C) {
    this.#contract = contract;
  }

  /** Nest calls it with the payload as it arrived. */
  transform(value: unknown): unknown {
    const contract: CommandContract | EventContract = this.#contract;
    const parsed = (contract.kind === 'command' ? contract.request : contract.payload).safeParse(value);
    if (parsed.success) return parsed.data;
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
    const first = issues[0] ?? { path: '', message: 'invalid' };
    const subject = first.path === '' ? 'its payload' : `"${first.path}"`;
    throw new IotError('InvalidRequest', `${contract.pattern} refuses ${subject}: ${first.message}`, {
      details: { field: first.path, issues },
    });
  }
}
