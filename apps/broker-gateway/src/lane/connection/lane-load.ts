/**
 * The bytes that the lane holds for all receivers. Above the mark publishers wait; when half is gone they go on. Nothing
 * else stops a publisher that is faster than every receiver together.
 */
export class LaneLoad {
  bytes = 0;
  /** Whether publishers wait. */
  isOver = false;

  /** @param relieved called when publishers may go on */
  constructor(
    private readonly mark: number,
    private readonly relieved: () => void,
  ) {}

  add(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.mark) this.isOver = true;
  }

  subtract(bytes: number): void {
    this.bytes -= bytes;
    if (this.isOver && this.bytes <= this.mark / 2) {
      this.isOver = false;
      this.relieved();
    }
  }
}
