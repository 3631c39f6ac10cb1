import { z } from 'zod';

/** `subscribe` in the protocol graphql-transport-ws, `start` in the one before it. */
const SUBSCRIBE_TYPES: readonly string[] = ['subscribe', 'start'];

const message = z.object({ type: z.string() });

const subscribe = z.object({
  id: z.string().min(1),
  payload: z.object({
    query: z.string(),
    operationName: z.string().nullish(),
    variables: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/**
 * What is wrong with the form of a message that a client sent over its WebSocket; undefined when nothing is. Short
 * enough to be the reason of a close frame, which has room for 123 bytes.
 */
export function clientMessageFault(text: string): string | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return 'A message must be JSON';
  }
  const { data } = message.safeParse(content);
  if (data === undefined) return 'A message must be an object with a type';
  if (!SUBSCRIBE_TYPES.includes(data.type) || subscribe.safeParse(content).success) return undefined;
  return `${data.type} needs an id and a payload { query, operationName?, variables? }, with the query as text`;
}
