/** Changes remembered; whoever looks further back is told that there may have been one. */
const REMEMBERED = 4_096;

/**
 * What changed lately. A connection is admitted by what the registry said some time before it is counted among the live
 * ones; this tells whether that has changed in between.
 */
export class RecentChanges {
  private readonly changes: { number: number; subject: string }[] = [];
  private last = 0;
  private forgottenUpTo = 0;

  /** Now, as a mark to come back to. */
  get mark(): number {
    return this.last;
  }

  /** Notes that these subjects changed. */
  note(subjects: Iterable<string>): void {
    for (const subject of subjects) this.changes.push({ number: ++this.last, subject });
    if (this.changes.length <= REMEMBERED) return;
    const forgotten = this.changes.splice(0, this.changes.length - REMEMBERED);
    this.forgottenUpTo = forgotten.at(-1)?.number ?? this.forgottenUpTo;
  }

  /** Notes that anything may have changed. */
  noteEverything(): void {
    this.changes.length = 0;
    this.forgottenUpTo = ++this.last;
  }

  /** Whether one of the subjects has changed, or may have changed, after a mark. */
  haveChangedSince(mark: number, subjects: readonly string[]): boolean {
    if (mark < this.forgottenUpTo) return true;
    for (let index = this.changes.length - 1; index >= 0; index--) {
      const change = this.changes[index];
      if (change === undefined || change.number <= mark) return false;
      if (subjects.includes(change.subject)) return true;
    }
    return false;
  }
}
