/** Changes remembered; whoever looks further back is told that there may have been one. */
const REMEMBERED = 4_096;

/**
 * Which principals changed lately. A connection is admitted by what the registry said some time before it is counted
 * among the live ones; this tells whether that has changed in between.
 */
export class RecentChanges {
  private readonly changes: { sequence: number; principal: string }[] = [];
  private sequence = 0;

  /** Now, as a mark to come back to. */
  get mark(): number {
    return this.sequence;
  }

  /** Notes that principals changed. */
  note(principals: Iterable<string>): void {
    for (const principal of principals) this.changes.push({ sequence: ++this.sequence, principal });
    if (this.changes.length > REMEMBERED) this.changes.splice(0, this.changes.length - REMEMBERED);
  }

  /** Whether a principal has changed, or may have changed, after a mark. */
  hasChangedSince(mark: number, principal: string): boolean {
    const oldest = this.changes[0]?.sequence ?? this.sequence + 1;
    if (mark + 1 < oldest) return mark < this.sequence;
    return this.changes.some((change) => change.sequence > mark && change.principal === principal);
  }
}
