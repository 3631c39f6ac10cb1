/** Work that is done again and again, once at a time, until it is stopped. */
export class RecurringWork {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();

  /**
   * @param everyMs milliseconds from one time to the next
   * @param failed told when the work failed; the next time tries again
   */
  constructor(
    private readonly everyMs: number,
    private readonly work: () => Promise<unknown>,
    private readonly failed: (error: unknown) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.current = this.current.then(this.work).then(() => undefined, this.failed);
    }, this.everyMs).unref();
  }

  /** Resolves when what is under way is done. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current;
  }
}
