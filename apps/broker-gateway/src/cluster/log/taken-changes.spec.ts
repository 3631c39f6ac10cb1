import { TakenChanges } from './taken-changes.js';

describe('a change of the log', () => {
  const settledOf = (promise: Promise<void>) => {
    const state = { isOver: false };
    void promise.then(() => (state.isOver = true));
    return state;
  };
  const aMoment = () => new Promise(setImmediate);

  it('is known at once when nobody else is there', async () => {
    await new TakenChanges().by(7, []);
  });

  it('is known when the last of the others has taken it', async () => {
    const changes = new TakenChanges();
    const known = settledOf(changes.by(7, ['a', 'b']));
    changes.note('a', 7);
    changes.note('b', 6);
    await aMoment();
    expect(known.isOver).toBe(false);
    changes.note('b', 8);
    await aMoment();
    expect(known.isOver).toBe(true);
  });

  it('is known at once when the others were told to be further already', async () => {
    const changes = new TakenChanges();
    changes.note('a', 9);
    changes.note('a', 8);
    const known = settledOf(changes.by(9, ['a']));
    await aMoment();
    expect(known.isOver).toBe(true);
  });

  it('is not waited for at a node that is gone', async () => {
    const changes = new TakenChanges();
    const known = settledOf(changes.by(7, ['a']));
    changes.forget('a');
    await aMoment();
    expect(known.isOver).toBe(true);
  });

  it('is not waited for longer than a while', async () => {
    await new TakenChanges(5).by(7, ['a']);
  });
});
