import { Injectable, type PipeTransform } from '@nestjs/common';
import type { CommandContract, EventContract } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { z } from 'zod';
import { withoutUnknownMembers } from './tolerated.js';

/**
 * Parses a message by its contract: `@Payload(new ContractPipe(createThing))`. The handler gets what the schema puts
 * out, defaults filled in. Members that the schema does not know, which a newer sender may have, are left out. Errors: `InvalidRequest`; details `field` (dotted path of the first problem, empty for the
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
    const schema = contract.kind === 'command' ? contract.request : contract.payload;
    const parsed = parse(schema, value);
    if (parsed.success) return parsed.data;
    const issues = parsed.error.issues.map((issue) => ({
      path: issue.path.map(String).join('.'),
      message: messageOf(issue),
    }));
    const first = issues[0] ?? { path: '', message: 'invalid' };
    const subject = first.path === '' ? 'its payload' : `"${first.path}"`;
    throw new IotError('InvalidRequest', `${contract.pattern} refuses ${subject}: ${first.message}`, {
      details: { field: first.path, issues },
    });
  }
}

/** Only a message that is refused is looked at again, so that those of the same release cost nothing. */
function parse(schema: z.ZodType, value: unknown) {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed;
  const known = withoutUnknownMembers(value, parsed.error.issues);
  return known === undefined ? parsed : schema.safeParse(known);
}

/** A key of a record that is refused says so in general only; why is in the issues underneath. */
function messageOf(issue: z.core.$ZodIssue): string {
  const reason = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return reason === undefined ? issue.message : `this name ${reason}`;
}
