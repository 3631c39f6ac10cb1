/** Read elements that are kept before the rest moves to the front. */
const SLACK = 64;

/** A queue whose both ends cost nothing, unlike `shift` of a long array. An empty one holds no memory. */
export class Fifo<T> {
  private items: T[] | undefined;
  private head = 0;

  get length(): number {
    return this.items === undefined ? 0 : this.items.length - this.head;
  }

  push(item: T): void {
    if (this.items === undefined) this.items = [item];
    else this.items.push(item);
  }

  peek(): T | undefined {
    return this.items?.[this.head];
  }

  shift(): T | undefined {
    const { items, head } = this;
    if (items === undefined) return undefined;
    const item = items[head];
    this.head++;
    if (this.head === items.length) {
      this.clear();
    } else if (this.head > SLACK && this.head * 2 > items.length) {
      this.items = items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  clear(): void {
    this.items = undefined;
    this.head = 0;
  }
}
