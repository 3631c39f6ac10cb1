/** What a {@link Follower} follows, and who hears when it cannot. */
export interface FollowerOptions {
  /** Looks at what is followed; rejects when it cannot be seen. */
  readonly look: () => Promise<void>;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Called when looks begin to fail. */
  readonly failing: (error: unknown) => void;
  /** Called when they succeed again. */
  readonly healed: () => void;
}

/**
 * Keeps up with something that changes elsewhere: looks at it now and then, and at once when somebody says that it
 * changed. Two looks never overlap, and what is seen is never older than what was said.
 */
export class Follower {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private isFailing = false;
  private isStopped = false;

  constructor(private readonly options: FollowerOptions) {}

  /** Resolves after the first look, whether it succeeded or not. */
  start(): Promise<void> {
    this.timer = setInterval(() => {
      if (this.looking === undefined) void this.look();
    }, this.options.everyMs);
    return this.look();
  }

  /** Ends the look that is under way, and looks no more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.next;
    await this.looking;
  }

  /** Looks now; resolves after a look that began after this call. Never rejects. */
  look(): Promise<void> {
    if (this.looking === undefined) return this.begin();
    this.next ??= this.looking.then(() => {
      this.next = undefined;
      return this.begin();
    });
    return this.next;
  }

  private begin(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    this.looking = this.tryToLook().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async tryToLook(): Promise<void> {
    try {
      await this.options.look();
      if (this.isFailing) this.options.healed();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.options.failing(error);
      this.isFailing = true;
    }
  }
}
