import { Follower } from './follower.js';

const NEVER_MS = 1_000_000;

/** A look that a test ends. */
class Looks {
  readonly open: { resolve: () => void; reject: (error: Error) => void }[] = [];
  begun = 0;
  readonly log: string[] = [];

  readonly follower = new Follower({
    look: () => {
      this.begun++;
      return new Promise((resolve, reject) => this.open.push({ resolve, reject }));
    },
    everyMs: NEVER_MS,
    failing: (error) => this.log.push(String(error)),
    healed: () => this.log.push('healed'),
  });
}

describe('Follower', () => {
  it('looks once more, and only once, when it is told of changes during a look', async () => {
    const looks = new Looks();
    const started = looks.follower.start();
    const told = [looks.follower.look(), looks.follower.look()];
    expect(looks.begun).toBe(1);
    looks.open.shift()?.resolve();
    await started;
    await Promise.resolve();
    expect(looks.begun).toBe(2);
    looks.open.shift()?.resolve();
    await Promise.all(told);
    expect(looks.begun).toBe(2);
    await looks.follower.stop();
  });

  it('says once that it fails, and once that it does no more', async () => {
    const looks = new Looks();
    const outcomes: (Error | undefined)[] = [new Error('away'), new Error('still away'), undefined, undefined];
    for (const outcome of outcomes) {
      const look = looks.follower.look();
      const open = looks.open.shift();
      if (outcome === undefined) open?.resolve();
      else open?.reject(outcome);
      await look;
    }
    expect(looks.log).toEqual(['Error: away', 'healed']);
  });

  it('looks no more after it was stopped', async () => {
    const looks = new Looks();
    const started = looks.follower.start();
    const told = looks.follower.look();
    const stopped = looks.follower.stop();
    looks.open.shift()?.resolve();
    await Promise.all([started, told, stopped]);
    expect(looks.begun).toBe(1);
  });
});
