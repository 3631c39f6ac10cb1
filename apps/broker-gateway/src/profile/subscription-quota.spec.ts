import { profileNamed } from './broker-profile.js';
import { tooManySubscriptions } from './subscription-quota.js';

const NOTHING = { ofClient: 0, ofAll: 0, has: () => false, membersOf: () => 0 };
const aws = profileNamed('aws');
const filters = (count: number) => Array.from({ length: count }, (_, n) => `f/${n}`);

describe('tooManySubscriptions', () => {
  it.each([
    ['eight filters in one packet', aws, filters(8), NOTHING, []],
    // AWS IoT quotas, subscriptions per subscribe request
    ['nine filters in one packet', aws, filters(9), NOTHING, filters(9)],
    // AWS IoT quotas, subscriptions per connection
    ['the last ones beyond 50 of a client', aws, filters(3), { ...NOTHING, ofClient: 48 }, ['f/2']],
    ['none that the client has already', aws, filters(3), { ...NOTHING, ofClient: 50, has: () => true }, []],
    ['the same filter twice, counted once', aws, ['a', 'a', 'b'], { ...NOTHING, ofClient: 48 }, []],
    // AWS IoT quotas, subscriptions per account
    ['those beyond all of a node', { ...aws, subscriptions: 10 }, filters(2), { ...NOTHING, ofAll: 9 }, ['f/1']],
    // AWS IoT quotas, shared subscriptions per group
    [
      'a member beyond 100 of a group',
      aws,
      ['$share/g/t', 'x'],
      { ...NOTHING, membersOf: (one: string) => (one === 'x' ? 0 : 100) },
      ['$share/g/t'],
    ],
  ])('judges %s', (_name, limits, topicFilters, counts, refused) => {
    const found = tooManySubscriptions(limits, topicFilters, counts);
    expect([...found.keys()]).toEqual(refused);
    expect([...found.values()].every(({ code }) => code === 'LimitExceeded')).toBe(true);
  });
});
