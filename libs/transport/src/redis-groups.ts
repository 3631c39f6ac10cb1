import type { Redis } from 'ioredis';

/**
 * Creates a consumer group, and its stream when missing. `from` is the id after which it reads: `$` from now on, `0`
 * from the beginning. A group that exists is left as it is.
 */
export async function ensureGroup(redis: Redis, stream: string, group: string, from: '$' | '0'): Promise<void> {
  try {
    await redis.xgroup('CREATE', stream, group, from, 'MKSTREAM');
  } catch (error) {
    if (!isReplyError(error, 'BUSYGROUP')) throw error;
  }
}

/** Whether Redis itself refused a command with this error word, as opposed to being away. */
export function isReplyError(error: unknown, word = ''): boolean {
  return error instanceof Error && error.name === 'ReplyError' && error.message.startsWith(word);
}
