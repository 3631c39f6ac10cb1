import { parseSharedSubscription } from './index.js';

describe('parseSharedSubscription', () => {
  it.each([
    ['$share/group/a', { shareName: 'group', filter: 'a' }],
    ['$share/group/site/+/#', { shareName: 'group', filter: 'site/+/#' }],
    ['$share/group//', { shareName: 'group', filter: '/' }],
    ['$share/group/$aws/things/t/shadow/get', { shareName: 'group', filter: '$aws/things/t/shadow/get' }],
  ])('splits %s', (filter, expected) => {
    expect(parseSharedSubscription(filter)).toEqual(expected);
  });

  it.each(['a/b', '$shared/g/a', 'x/$share/g/a', '$share', '$share/', '$share/g', '$share/g/', '$share//a'])(
    'does not take %s for a shared subscription',
    (filter) => {
      expect(parseSharedSubscription(filter)).toBeUndefined();
    },
  );
});
