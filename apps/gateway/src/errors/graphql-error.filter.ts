import { Catch, type ExceptionFilter } from '@nestjs/common';
import { ErrorTranslator } from './error-translator.js';

/**
 * Translates what queries, mutations and subscriptions throw. On the resolvers, because the filters of an application
 * are for its message handlers, and because Nest would log every error that no filter takes, a mere 404 too.
 */
@Catch()
export class GraphqlErrorFilter implements ExceptionFilter {
  constructor(private readonly errors: ErrorTranslator) {}

  /** Nest calls it with what the resolver threw. */
  catch(exception: unknown): never {
    throw this.errors.translate(exception);
  }
}
