import { RecentChanges } from './recent-changes.js';

describe('RecentChanges', () => {
  it('sees a change after the mark, of these subjects only', () => {
    const changes = new RecentChanges();
    changes.note(['policy:a']);
    const { mark } = changes;
    expect(changes.haveChangedSince(mark, ['policy:a'])).toBe(false);
    changes.note(['policy:b', 'thing:c']);
    expect(changes.haveChangedSince(mark, ['certificate:x', 'policy:b'])).toBe(true);
    expect(changes.haveChangedSince(mark, ['certificate:x', 'policy:a'])).toBe(false);
  });

  it('has seen nothing before anything happened', () => {
    const changes = new RecentChanges();
    expect(changes.haveChangedSince(changes.mark, ['policy:a'])).toBe(false);
  });

  it('takes what it no longer remembers for changed', () => {
    const changes = new RecentChanges();
    const { mark } = changes;
    for (let n = 0; n < 10_000; n++) changes.note([`policy:${n}`]);
    expect(changes.haveChangedSince(mark, ['policy:0'])).toBe(true);
    expect(changes.haveChangedSince(mark, ['policy:never'])).toBe(true);
    expect(changes.haveChangedSince(changes.mark, ['policy:9999'])).toBe(false);
  });

  it('takes everything for changed when it is told so', () => {
    const changes = new RecentChanges();
    changes.note(['policy:a']);
    const { mark } = changes;
    changes.noteEverything();
    expect(changes.haveChangedSince(mark, ['policy:never'])).toBe(true);
    expect(changes.haveChangedSince(changes.mark, ['policy:a'])).toBe(false);
  });
});
