import { Injectable } from '@nestjs/common';
import { defaultFieldResolver, type GraphQLField, type GraphQLSchema } from 'graphql';
import type { AuditEntry } from '#thingcore/contracts';
import { Clock, IdGenerator } from '#thingcore/platform';
import { currentCorrelationId } from '#thingcore/transport';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { AuditLog } from './audit-log.js';
import { failureOf, type MutationFailure } from './mutation-failure.js';
import { maskedInput } from './masked-input.js';
import { subjectsOf } from './subjects.js';

/** A name of somebody from a token may have any length. */
const MAX_ACTOR = 512;

const MAX_MESSAGE = 2_048;

type Arguments = Readonly<Record<string, unknown>>;

/** Writes an entry into the audit log for every mutation, also for those that somebody was not allowed. */
@Injectable()
export class AuditedMutations {
  constructor(
    private readonly log: AuditLog,
    private readonly errors: ErrorTranslator,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  /** Watches over the mutations of a schema: around whatever else stands before their resolvers. */
  audit(schema: GraphQLSchema): GraphQLSchema {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) this.auditField(field);
    return schema;
  }

  private auditField(field: GraphQLField<unknown, unknown>): void {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = async (source, args: Arguments, context, info) => {
      this.log.checkWritable();
      const at = this.clock.now();
      const begun = performance.now();
      const entryOf = (result: unknown, failure: MutationFailure | undefined): AuditEntry => ({
        entryId: this.ids.uuid(),
        at,
        ...actorOf(context as GatewayContext),
        channel: 'graphql',
        action: field.name,
        subjects: subjectsOf(args, result),
        input: maskedInput(args),
        ...outcomeOf(failure),
        correlationId: currentCorrelationId() ?? this.ids.uuid(),
        durationMs: Math.round((performance.now() - begun) * 1_000) / 1_000,
      });
      try {
        const result: unknown = await resolve(source, args, context, info);
        await this.log.add(entryOf(result, failureOf(result)));
        return result;
      } catch (error) {
        const refusal = this.errors.translate(error);
        await this.log.add(entryOf(undefined, refusal));
        throw refusal;
      }
    };
  }
}

function actorOf({ caller, address }: GatewayContext): Pick<AuditEntry, 'actor' | 'actorKind' | 'role' | 'address'> {
  return {
    actor: caller?.name.slice(0, MAX_ACTOR) ?? '',
    actorKind: caller?.credential ?? 'nobody',
    ...(caller === undefined ? {} : { role: caller.role }),
    ...(address === undefined ? {} : { address }),
  };
}

function outcomeOf(failure: MutationFailure | undefined): Pick<AuditEntry, 'outcome' | 'errorCode' | 'errorMessage'> {
  if (failure === undefined) return { outcome: 'succeeded' };
  return { outcome: 'failed', errorCode: failure.code, errorMessage: failure.message.slice(0, MAX_MESSAGE) };
}
