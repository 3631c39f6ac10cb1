import { Command, type Redis } from 'ioredis';
import type { Writable } from 'node:stream';

const LINE_END = Buffer.from('\r\n');

/** XADD of a batch. The batch is written as it is, where a usual command would copy it into one block with the rest. */
class AppendCommand extends Command {
  private readonly head: Buffer;

  constructor(
    key: string,
    private readonly batch: Buffer,
  ) {
    const fields = [key, 'NOMKSTREAM', '*', 'k', 'messages', 'b'];
    super('xadd', [...fields, batch]);
    const texts = ['xadd', ...fields].map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`);
    this.head = Buffer.from(`*${texts.length + 1}\r\n${texts.join('')}$${batch.length}\r\n`);
  }

  /** Called for each connection that the command is sent on. What is answered is written behind what is written here. */
  override toWritable(stream: Writable): Buffer {
    stream.cork();
    process.nextTick(() => stream.uncork());
    stream.write(this.head);
    stream.write(this.batch);
    return LINE_END;
  }
}

/**
 * Appends a batch to an inbox; false when there is none. The batch must not change until the promise resolves.
 */
export async function appendBatch(redis: Redis, inbox: string, batch: Buffer): Promise<boolean> {
  return (await redis.sendCommand(new AppendCommand(inbox, batch))) !== null;
}
