import { waitFor } from '#thingcore/testing';

/** What has arrived so far, in its order, and how a test waits for what has not. */
export class Inbox<Item> {
  readonly items: Item[] = [];

  push(item: Item): void {
    this.items.push(item);
  }

  /** The first item that fits, be it there or yet to come. */
  async find(fits: (item: Item) => boolean, what: string, timeoutMs = 10_000): Promise<Item> {
    const found = await waitFor(() => [this.items.find(fits)].filter((item) => item !== undefined)[0], {
      what: `${what}, with ${this.items.length} others there at first`,
      timeoutMs,
    });
    return found;
  }
}
