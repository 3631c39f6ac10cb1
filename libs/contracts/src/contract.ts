import type { z } from 'zod';

/**
 * The services of the house in their one total order, lowest first. Commands go down this order, events come up;
 * a service never calls one that stands above it.
 */
export const SERVICES = ['registry', 'shadow', 'broker', 'rules', 'gateway'] as const;

/** The name of a service: it owns its contracts, its schema and its settings. */
export type ServiceName = (typeof SERVICES)[number];

/** One question to one replica of the service that owns it, with one answer. */
export interface CommandContract<Request extends z.ZodType = z.ZodType, Reply extends z.ZodType = z.ZodType> {
  readonly kind: 'command';
  /** `noun.verb.v1`; frozen once released, a change is a new version beside it. */
  readonly pattern: string;
  readonly owner: ServiceName;
  readonly request: Request;
  readonly reply: Reply;
}

/**
 * How an event reaches its listeners.
 *
 * - `group`: each interested service handles it once, at least once across a crash.
 * - `ordered`: as `group`, and in the order of publication: one replica of the service at a time handles the event, and
 *   starts its handlers in that order. A replica that takes over begins with what the one before it left unfinished.
 * - `broadcast`: every replica of every interested service that is up gets it; nothing is kept for the others.
 */
export type Delivery = 'group' | 'ordered' | 'broadcast';

/** A fact that its owner tells the services above it. */
export interface EventContract<Payload extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  /** `noun.pastTense.v1`; frozen once released. */
  readonly pattern: string;
  readonly owner: ServiceName;
  readonly delivery: Delivery;
  readonly payload: Payload;
}

/** What a caller passes to a command. */
export type RequestOf<C extends CommandContract> = z.input<C['request']>;

/** What a handler of a command receives. */
export type ParsedRequestOf<C extends CommandContract> = z.output<C['request']>;

/** What a command answers. */
export type ReplyOf<C extends CommandContract> = z.output<C['reply']>;

/** What an event carries. */
export type PayloadOf<E extends EventContract> = z.output<E['payload']>;

/** Declares a command of `owner`. */
export function command<Request extends z.ZodType, Reply extends z.ZodType>(
  owner: ServiceName,
  pattern: string,
  schemas: { request: Request; reply: Reply },
): CommandContract<Request, Reply> {
  return { kind: 'command', owner, pattern, ...schemas };
}

/** Declares an event of `owner`. */
export function event<Payload extends z.ZodType>(
  owner: ServiceName,
  pattern: string,
  delivery: Delivery,
  payload: Payload,
): EventContract<Payload> {
  return { kind: 'event', owner, pattern, delivery, payload };
}
