import { Injectable } from '@nestjs/common';
import type { GraphQLSchema } from 'graphql';
import { ErrorTranslator } from '../errors/error-translator.js';
import { IdempotentMutations } from './idempotent-mutations.js';
import { answerUserErrors } from './typed-errors.js';

/** What the mutations of a schema have in common in how they answer: once per idempotency key, errors as results. */
@Injectable()
export class MutationResults {
  constructor(
    private readonly errors: ErrorTranslator,
    private readonly idempotent: IdempotentMutations,
  ) {}

  /** Stands around the resolvers of the mutations of a schema. */
  ofMutations(schema: GraphQLSchema): GraphQLSchema {
    return answerUserErrors(this.idempotent.guard(schema), this.errors);
  }
}
