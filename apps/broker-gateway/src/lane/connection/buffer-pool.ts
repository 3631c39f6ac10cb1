/** Sizes of blocks, each four times the one before. */
const BLOCK_BYTES = [1_024, 4_096, 16_384, 65_536] as const;
export const LARGEST_BLOCK = 65_536;

/** Free blocks above this, in bytes, are left to the garbage collector. */
const KEPT_BYTES = 16_777_216;

/**
 * Memory for output, shared by all connections: a connection holds a block only between a message and the moment the
 * socket has taken it, so thousands of idle connections hold none.
 */
export class BufferPool {
  private readonly free: Buffer[][] = BLOCK_BYTES.map(() => []);
  private keptBytes = 0;

  /** A block of at least so many bytes, with any content. */
  acquire(bytes: number): Buffer {
    for (let index = 0; index < BLOCK_BYTES.length; index++) {
      const size = BLOCK_BYTES[index] as number;
      if (bytes > size) continue;
      const block = this.free[index]?.pop();
      if (block === undefined) return Buffer.allocUnsafeSlow(size);
      this.keptBytes -= size;
      return block;
    }
    return Buffer.allocUnsafeSlow(bytes);
  }

  /** Takes a block back that nobody reads or writes any more. */
  release(block: Buffer): void {
    const size = block.length;
    if (this.keptBytes + size > KEPT_BYTES) return;
    const list = this.free[(BLOCK_BYTES as readonly number[]).indexOf(size)];
    if (list === undefined) return;
    list.push(block);
    this.keptBytes += size;
  }
}
