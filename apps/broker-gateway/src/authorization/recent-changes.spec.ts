import { RecentChanges } from './recent-changes.js';

describe('RecentChanges', () => {
  it('sees a change after the mark, of that principal only', () => {
    const changes = new RecentChanges();
    changes.note(['a']);
    const { mark } = changes;
    expect(changes.hasChangedSince(mark, 'a')).toBe(false);
    changes.note(['b', 'c']);
    expect(changes.hasChangedSince(mark, 'b')).toBe(true);
    expect(changes.hasChangedSince(mark, 'a')).toBe(false);
  });

  it('has seen nothing before anything happened', () => {
    const changes = new RecentChanges();
    expect(changes.hasChangedSince(changes.mark, 'a')).toBe(false);
  });

  it('takes what it no longer remembers for changed', () => {
    const changes = new RecentChanges();
    const { mark } = changes;
    for (let n = 0; n < 10_000; n++) changes.note([`p${n}`]);
    expect(changes.hasChangedSince(mark, 'p0')).toBe(true);
    expect(changes.hasChangedSince(mark, 'never')).toBe(true);
    expect(changes.hasChangedSince(changes.mark, 'p9999')).toBe(false);
  });
});
