import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { IotError } from '#thingcore/errors';
import { REQUEST_LIMITS } from './request-limits.js';

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Refuses queries and mutations with JSON that nests so deep that writing it as text, here or in a service, would
 * overflow the stack. On the fields themselves: there alone a value has its name, wherever it came from.
 */
export function boundArgumentDepth(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const field of roots.flatMap((root) => Object.values(root?.getFields() ?? {}))) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args: Arguments, context, info) => {
      checkArgumentDepth(args);
      return resolve(source, args, context, info);
    };
  }
  return schema;
}

/** Throws `InvalidRequest` that names the argument, or the field of the argument `input`, that nests too deep. */
export function checkArgumentDepth({ input, ...others }: Arguments): void {
  const fields = isObject(input) ? { ...others, ...input } : { ...others, input };
  for (const [field, value] of Object.entries(fields)) {
    if (!isDeeperThan(value, REQUEST_LIMITS.argumentDepth)) continue;
    throw new IotError(
      'InvalidRequest',
      `The JSON in ${field} nests more than ${REQUEST_LIMITS.argumentDepth} deep; send it with fewer levels of objects and arrays`,
      { details: { field, maxDepth: REQUEST_LIMITS.argumentDepth } },
    );
  }
}

/** Level by level rather than by recursion, which a deep value would overflow. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level = [value].filter(isObject);
  for (let depth = 0; depth < limit && level.length > 0; depth++) {
    level = level.flatMap((parent) => Object.values(parent).filter(isObject));
  }
  return level.length > 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
