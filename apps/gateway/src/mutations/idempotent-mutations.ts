import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { GraphQLField, GraphQLSchema } from 'graphql';
import { claimIdempotencyKey, completeIdempotencyKey, releaseIdempotencyKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import type { Caller } from '../access/caller.js';
import { inTermsOf } from '../errors/field-names.js';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { canonicalJson } from './canonical-json.js';

/** Longer than any mutation takes: all its calls have deadlines that are shorter. */
const LEASE_MS = 60_000;

/** How long a request waits for one with the same key that came before it, and between two looks, in milliseconds. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;

/** After these nobody knows whether the mutation has done something: its key stays claimed until the lease is over. */
const UNCERTAIN: readonly string[] = ['GatewayTimeout', 'Internal'];

interface IdempotentArguments {
  readonly input?: { readonly idempotencyKey?: string | null };
}

/** A key that this request may run its mutation under. */
interface HeldKey {
  readonly caller: string;
  readonly key: string;
  readonly claimId: string;
}

/**
 * Lets a mutation whose input has an `idempotencyKey` run once: the same key with the same input answers what the first
 * request did, on whatever replica. What is kept is the object that the resolver answered; what is selected of it, and
 * what depends on other objects, is looked up anew.
 */
@Injectable()
export class IdempotentMutations {
  constructor(
    private readonly rpc: RpcClient,
    private readonly errors: ErrorTranslator,
    private readonly logger: Logger,
  ) {}

  /** Stands around the resolvers of the mutations of a schema. */
  guard(schema: GraphQLSchema): GraphQLSchema {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) this.guardField(field);
    return schema;
  }

  private guardField(field: GraphQLField<unknown, unknown>): void {
    const { resolve, name } = field;
    if (resolve === undefined) return;
    field.resolve = async (source, args: IdempotentArguments, context, info) => {
      if (args.input === undefined || !Object.hasOwn(args.input, 'idempotencyKey')) {
        return resolve(source, args, context, info);
      }
      const { idempotencyKey: key, ...input } = args.input;
      const run = async () => await resolve(source, { ...args, input }, context, info);
      if (key === undefined || key === null) return run();
      return this.once({ caller: nameOf((context as GatewayContext).caller), key, operation: name, input }, run);
    };
  }

  private async once(
    { input, ...use }: { caller: string; key: string; operation: string; input: object },
    run: () => Promise<unknown>,
  ): Promise<unknown> {
    const inputSha256 = createHash('sha256').update(canonicalJson(input)).digest('hex');
    const outcome = await this.claim({ ...use, inputSha256, leaseMs: LEASE_MS });
    if (outcome.state === 'completed') return JSON.parse(outcome.answer) as unknown;
    const held = { caller: use.caller, key: use.key, claimId: outcome.claimId };
    try {
      const answer = await run();
      await this.keep(held, answer);
      return answer;
    } catch (error) {
      if (!UNCERTAIN.includes(this.errors.translate(error).code)) await this.release(held);
      throw error;
    }
  }

  private async claim(use: Parameters<typeof this.ask>[0]) {
    for (let waited = 0; waited <= PATIENCE_MS; waited += LOOK_MS) {
      const outcome = await this.ask(use);
      if (outcome.state !== 'running') return outcome;
      await sleep(LOOK_MS);
    }
    throw new IotError(
      'ServiceUnavailable',
      `A request with the idempotency key ${use.key} is still running, or was cut off: try again with the same key`,
    );
  }

  private ask(use: { caller: string; key: string; operation: string; inputSha256: string; leaseMs: number }) {
    return inTermsOf({ key: 'idempotencyKey' }, this.rpc.call(claimIdempotencyKey, use));
  }

  /** The change is made: an answer that cannot be kept is answered all the same. */
  private async keep(held: HeldKey, answer: unknown): Promise<void> {
    try {
      await this.rpc.call(completeIdempotencyKey, { ...held, answer: JSON.stringify(answer) });
    } catch (error) {
      this.logger.warn('an answer could not be kept under its idempotency key', { error: String(error) });
    }
  }

  private async release(held: HeldKey): Promise<void> {
    try {
      await this.rpc.call(releaseIdempotencyKey, held);
    } catch (error) {
      this.logger.warn('an idempotency key could not be given back', { error: String(error) });
    }
  }
}

function nameOf(caller: Caller | undefined): string {
  return `${caller?.credential ?? 'nobody'} ${caller?.name ?? ''}`.slice(0, 1_024);
}
