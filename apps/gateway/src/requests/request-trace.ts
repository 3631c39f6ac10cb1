import type { FastifyReply, FastifyRequest } from 'fastify';
import { openSpan, type SpanOptions, TRACEPARENT_NAME } from '#thingcore/tracing';

/** The header with the id of a request, in both directions. */
export const REQUEST_ID = 'x-request-id';

/** What the audit log and the logs take for an id. */
const ID = /^[\w.:-]{1,128}$/;

/** The id that a client, or the proxy before it, has given a request; undefined when it gave none that can be one. */
export function requestIdOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const given = headers[REQUEST_ID];
  return typeof given === 'string' && ID.test(given) ? given : undefined;
}

/** The span of a request: a trace begins here, unless the client brings one along in the header `traceparent`. */
export function requestSpan({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>, route: string) {
  const parent = headers[TRACEPARENT_NAME];
  return {
    side: 'server',
    isEdge: true,
    parent: typeof parent === 'string' ? parent : undefined,
    attributes: { 'http.request.method': method, 'http.route': route },
  } satisfies SpanOptions;
}

/** Runs what is left of a GraphQL request within its span, which ends with the answer. */
export function withinSpan(request: FastifyRequest, reply: FastifyReply, proceed: () => void): void {
  const span = openSpan(`${request.method} /graphql`, requestSpan(request, '/graphql'));
  if (span === undefined) {
    proceed();
    return;
  }
  reply.raw.once('close', () => {
    span.note({ 'http.response.status_code': reply.statusCode });
    span.end();
  });
  span.run(proceed);
}
