import { Injectable } from '@nestjs/common';
import { deleteShadow, getShadow, listNamedShadows, type ShadowAuthor, updateShadow } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import type { Answer } from './answer.js';
import type { HttpCaller } from './http-callers.js';

/** AWS IoT data plane, ListNamedShadowsForThing: 1 to 100. */
const MOST_NAMES = 100;
const NAMES = 25;

/** What devices ask of shadows over HTTPS. AWS: their policies are about actions of their own, and not about topics. */
@Injectable()
export class ThingShadows {
  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  /** AWS: GetThingShadow. Throws `ResourceNotFound`, `Forbidden`. */
  async get(caller: HttpCaller, thingName: string, query: URLSearchParams): Promise<Answer['body']> {
    const shadowName = nameOf(query);
    caller.mayUseShadow('GetThingShadow', thingName, shadowName);
    const { document } = await this.rpc.call(getShadow, { thingName, shadowName });
    return { ...document };
  }

  /** AWS: UpdateThingShadow. The body is read when it is known that the caller may. */
  async update(
    caller: HttpCaller,
    thingName: string,
    query: URLSearchParams,
    read: () => Promise<Buffer>,
  ): Promise<Answer['body']> {
    const shadowName = nameOf(query);
    caller.mayUseShadow('UpdateThingShadow', thingName, shadowName);
    const payload = (await read()).toString('base64');
    const { accepted } = await this.rpc.call(updateShadow, {
      ...{ thingName, shadowName, payload },
      author: authorOf(caller),
    });
    return { ...accepted };
  }

  /** AWS: DeleteThingShadow. Throws `ResourceNotFound`, `Forbidden`. */
  async delete(caller: HttpCaller, thingName: string, query: URLSearchParams): Promise<Answer['body']> {
    const shadowName = nameOf(query);
    caller.mayUseShadow('DeleteThingShadow', thingName, shadowName);
    const { deleted } = await this.rpc.call(deleteShadow, { thingName, shadowName, author: authorOf(caller) });
    return { ...deleted };
  }

  /** AWS: ListNamedShadowsForThing. Throws `InvalidRequest`, `Forbidden`. */
  async list(caller: HttpCaller, thingName: string, query: URLSearchParams): Promise<Answer['body']> {
    caller.mayUseShadow('ListNamedShadowsForThing', thingName);
    const token = query.get('nextToken');
    const { things } = await this.rpc.call(listNamedShadows, {
      thingNames: [thingName],
      limit: limitOf(query.get('pageSize')),
      ...(token === null ? {} : { after: Buffer.from(token, 'base64url').toString() }),
    });
    const { shadowNames = [], nextToken } = things[0] ?? {};
    return {
      results: shadowNames,
      ...(nextToken === undefined ? {} : { nextToken: Buffer.from(nextToken).toString('base64url') }),
      timestamp: Math.floor(this.clock.now() / 1_000),
    };
  }
}

function nameOf(query: URLSearchParams): string | undefined {
  return query.get('name') ?? undefined;
}

function limitOf(text: string | null): number {
  if (text === null) return NAMES;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_NAMES) return limit;
  throw new IotError('InvalidRequest', `pageSize is a number from 1 to ${MOST_NAMES}, not "${text}"`);
}

function authorOf({ principal }: HttpCaller): ShadowAuthor {
  return { origin: 'HTTP', principal };
}
