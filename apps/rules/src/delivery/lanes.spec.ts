import { Lanes } from './lanes.js';

describe('Lanes', () => {
  it('fills the lane of one rule and leaves the others alone', () => {
    const lanes = new Lanes({ total: 10, perRule: 2 });
    expect([lanes.enter('slow'), lanes.enter('slow'), lanes.enter('slow')]).toEqual([true, true, false]);
    expect(lanes.enter('fast')).toBe(true);
    lanes.leave('slow');
    expect(lanes.enter('slow')).toBe(true);
  });

  it('keeps room for other rules, however many are stuck', () => {
    const lanes = new Lanes({ total: 1_000, perRule: 250 });
    for (let rule = 0; rule < 20; rule++) while (lanes.enter(`stuck_${rule}`));
    expect(lanes.count('stuck_0')).toBe(200);
    expect(lanes.hasRoom).toBe(true);
    expect(lanes.enter('free')).toBe(true);
  });

  it('bounds all rules together', () => {
    const lanes = new Lanes({ total: 2, perRule: 2 });
    lanes.enter('a');
    lanes.enter('b');
    expect([lanes.hasRoom, lanes.enter('c')]).toEqual([false, false]);
  });

  it('says once when a busy rule has worked off half', () => {
    const lanes = new Lanes({ total: 100, perRule: 4 });
    for (let count = 0; count < 4; count++) lanes.enter('a');
    expect(lanes.busyRules()).toEqual(['a']);
    expect([lanes.leave('a'), lanes.leave('a'), lanes.leave('a'), lanes.leave('a')]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(lanes.busyRules()).toEqual([]);
  });

  it('says when the process has worked off half, whichever rules that were', () => {
    const lanes = new Lanes({ total: 6, perRule: 100 });
    for (const rule of ['a', 'b', 'c', 'd', 'e']) lanes.enter(rule);
    expect(['a', 'b', 'c'].map((rule) => lanes.leave(rule))).toEqual([false, true, false]);
  });

  it('lets those who wait go on as soon as there is room', async () => {
    const lanes = new Lanes({ total: 1, perRule: 1 });
    lanes.enter('a');
    let isWaiting = true;
    const waiting = lanes.waitForRoom(60_000).then(() => (isWaiting = false));
    await new Promise(setImmediate);
    expect(isWaiting).toBe(true);
    lanes.leave('a');
    await waiting;
  });

  it('lets nobody wait longer than agreed', async () => {
    const lanes = new Lanes({ total: 1, perRule: 1 });
    lanes.enter('a');
    await lanes.waitForRoom(1);
    expect(lanes.hasRoom).toBe(false);
  });
});
