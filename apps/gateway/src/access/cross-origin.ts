import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';

/** What browsers are told of the API; they may remember it for ten minutes. */
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'authorization, content-type, x-api-key, last-event-id',
  'access-control-max-age': '600',
} as const;

const EXPOSED = 'x-graphql-cost, x-graphql-cost-limit, retry-after, x-request-id';

/**
 * Lets web pages of other origins use the GraphQL API in a browser, those that operators name. A hook and no plugin: the
 * one there is takes every OPTIONS of the server, also of interfaces that are not for browsers.
 */
@Injectable()
export class CrossOrigin {
  private readonly origins: ReadonlySet<string>;

  constructor(
    { httpAdapter }: HttpAdapterHost<FastifyAdapter>,
    @Inject(GATEWAY_CONFIG) { corsOrigins }: GatewayConfig,
  ) {
    this.origins = new Set(corsOrigins);
    if (this.origins.size === 0) return;
    // Here and not later: routes take the hooks that are there when they are made.
    httpAdapter.getInstance().addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, proceed) => {
      if (isGraphql(request) && this.answer(request, reply)) return;
      proceed();
    });
  }

  /** Says what the origin may do; answers whether that was all that was asked. */
  private answer({ method, headers }: FastifyRequest, reply: FastifyReply): boolean {
    const { origin } = headers;
    const isAny = this.origins.has('*');
    if (!isAny) reply.header('vary', 'Origin');
    if (origin === undefined || !(isAny || this.origins.has(origin))) return false;
    reply.header('access-control-allow-origin', isAny ? '*' : origin);
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
      reply.header('access-control-expose-headers', EXPOSED);
      return false;
    }
    void reply.headers(PREFLIGHT).code(204).send();
    return true;
  }
}

function isGraphql({ url }: FastifyRequest): boolean {
  return /^\/graphql(?:[/?]|$)/.test(url);
}
