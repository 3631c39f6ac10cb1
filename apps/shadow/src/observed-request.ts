import type { ShadowOutcome, ShadowRequest } from '#thingcore/contracts';
import type { Logger } from '#thingcore/platform';
import { isTracing, openSpan } from '#thingcore/tracing';

/**
 * What is told of the outcome of a request, when somebody listens: a line of the debug log with the id of the message
 * that asked, and a span of its trace. Answers `settle` itself when nobody does.
 */
export function observed(
  request: ShadowRequest,
  settle: (outcome: ShadowOutcome) => void,
  logger: Logger,
): (outcome: ShadowOutcome) => void {
  const isTold = logger.level === 'debug';
  if (!isTold && !isTracing()) return settle;
  const { operation, thingName, shadowName, correlationId, traceparent } = request;
  const attributes = { 'thingcore.thing.name': thingName, 'thingcore.shadow.name': shadowName };
  const span = openSpan(`shadow ${operation}`, { side: 'server', parent: traceparent, attributes });
  return (outcome) => {
    const { error } = outcome;
    span?.end(error && Object.assign(new Error(error.message), { code: error.code }));
    if (isTold) {
      const fields = { correlationId, thingName, shadowName, operation, error: error?.message };
      logger.debug('a shadow was asked', fields);
    }
    settle(outcome);
  };
}
