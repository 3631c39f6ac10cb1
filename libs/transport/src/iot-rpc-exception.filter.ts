import { Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { IotError, reviveError } from '#thingcore/errors';
import { type Observable, throwError } from 'rxjs';
import { currentCorrelationId } from './call-scope.js';
import { outage } from './outage.js';

/**
 * The one translator of what handlers throw: an {@link IotError} travels as it is, an {@link outage} of a database or of
 * Redis becomes `ServiceUnavailable`, everything else becomes `Internal`
 * and is logged here, once, with its stack and the correlation id. `connectTransport` installs it for the handlers of
 * messages only; a service without HTTP may use `app.useGlobalFilters(new IotRpcExceptionFilter())`.
 */
@Catch()
export class IotRpcExceptionFilter implements ExceptionFilter {
  readonly #logger = new Logger('Rpc');

  /** Nest calls it with what the handler, a pipe or a guard threw. */
  catch(exception: unknown): Observable<never> {
    const away = outage(exception);
    if (away !== undefined) {
      this.#logger.warn(`A handler could not do its work: ${String(exception)}`);
      return throwError(() => away);
    }
    const error = reviveError(exception);
    if (!(exception instanceof IotError)) {
      const stack = exception instanceof Error ? exception.stack : String(exception);
      this.#logger.error(`A handler failed (correlation id ${currentCorrelationId() ?? 'none'})`, stack);
    }
    return throwError(() => error);
  }
}
