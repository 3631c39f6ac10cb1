import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { RedisStreams, type StreamEntry } from '../redis/redis-streams.js';
import type { ActionInput, ActionKind, ActionScope, CompiledAction } from './action.js';
import { actionText, optionalActionText } from './action-text.js';
import { fieldError, parseFields } from './parse-fields.js';

const schema = z.strictObject({
  stream: z.string().min(1),
  id: z.string().min(1).default('*'),
  maxLength: z.int().min(1).optional(),
  fields: z.record(z.string().min(1), z.string()).optional(),
});

type Fields = StreamEntry['fields'];

/** Adds the outgoing payload to a stream of Redis. Not an action of AWS. */
@Injectable()
export class RedisKind implements ActionKind {
  readonly key = 'redis';

  constructor(private readonly redis: RedisStreams) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { stream, id, maxLength, fields } = parseFields(schema, config, scope.path);
    const streamOf = actionText(stream, 'stream', scope);
    const idOf = actionText(id, 'id', scope, checkId);
    const fieldsOf = fields === undefined ? wholePayload : compileFields(fields, scope);
    return {
      key: this.key,
      failedAction: 'RedisAction',
      resource: stream,
      unavailable: this.redis.unavailable,
      execute: async (input) => {
        const entry = { stream: await streamOf(input), id: await idOf(input), fields: await fieldsOf(input) };
        await this.redis.add({ ...entry, maxLength });
      },
    };
  }
}

function wholePayload({ output }: ActionInput): Promise<Fields> {
  return Promise.resolve([['payload', output.bytes]]);
}

function compileFields(fields: Record<string, string>, scope: ActionScope): (input: ActionInput) => Promise<Fields> {
  const compiled = Object.entries(fields).map(
    ([name, text]) => [name, optionalActionText(text, `fields.${name}`, scope)] as const,
  );
  if (compiled.length === 0) {
    throw fieldError(`${scope.path}.fields`, 'name one field at least, or leave "fields" out');
  }
  return async (input) => {
    const filled: [string, string][] = [];
    for (const [name, text] of compiled) {
      const value = await text(input);
      if (value !== undefined) filled.push([name, value]);
    }
    return filled;
  };
}

/** Redis: XADD, an id is two numbers, of which the server may choose the second or both. */
function checkId(text: string): string | undefined {
  return text === '*' || /^\d+(-(\d+|\*))?$/.test(text)
    ? undefined
    : `must be * or like 1700000000000-0, not "${text}"`;
}
