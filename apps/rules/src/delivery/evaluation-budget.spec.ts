import { EvaluationBudget } from './evaluation-budget.js';

function setUp() {
  const clock = { now: 1000 };
  return { clock, budget: new EvaluationBudget(() => clock.now) };
}

describe('EvaluationBudget', () => {
  it('lets a rule take half a second at once and a quarter of the time from then on', () => {
    const { clock, budget } = setUp();
    budget.charge('r', 500);
    expect(budget.isSpent('r')).toBe(false);
    budget.charge('r', 1);
    expect(budget.isSpent('r')).toBe(true);
    expect(budget.spent).toEqual(['r']);
    // 251 ms more than half of what it may take at once: four times as long to wait.
    expect(budget.nextFreeInMs).toBe(1004);
    clock.now += 1003;
    expect(budget.isSpent('r')).toBe(true);
    clock.now += 1;
    expect(budget.isSpent('r')).toBe(false);
    expect(budget.nextFreeInMs).toBeUndefined();
  });

  it('leaves other rules alone', () => {
    const { budget } = setUp();
    budget.charge('slow', 10_000);
    expect(budget.isSpent('fast')).toBe(false);
  });

  it('never stops a rule that takes less than its share', () => {
    const { clock, budget } = setUp();
    for (let second = 0; second < 100; second++) {
      budget.charge('r', 240);
      expect(budget.isSpent('r')).toBe(false);
      clock.now += 1000;
    }
  });
});
