import { matchesFilter } from './index.js';

describe('matchesFilter', () => {
  it.each([
    ['an equal topic', 'site/a/temp', 'site/a/temp', true],
    ['a topic in another case not', 'site/a', 'Site/a', false],
    ['a longer topic not', 'site/a', 'site/a/b', false],
    ['a shorter topic not', 'site/a/b', 'site/a', false],
    ['one level with +', 'site/+/temp', 'site/a/temp', true],
    ['an empty level with +', 'site/+', 'site/', true],
    ['two levels with + not', 'site/+', 'site/a/b', false],
    ['no level with + not', 'site/+', 'site', false],
    ['a leading slash as a level of its own', '/+', '/a', true],
    ['a leading slash with one + not', '+', '/a', false],
    ['everything with #', '#', 'site/a/b', true],
    ['a child with #', 'plant/#', 'plant/a', true],
    ['an empty child with #', 'plant/#', 'plant/', true],
    ['a grandchild with #', 'plant/#', 'plant/a/b', true],
    ['a sibling with # not', 'plant/#', 'plants/a', false],
    ['+ followed by #', '+/#', 'a/b/c', true],
    ['a reserved topic spelled out', '$aws/things/+/shadow/#', '$aws/things/t/shadow/get', true],
    // [MQTT-4.7.2-1]
    ['a reserved topic with # at the first level not', '#', '$aws/things/t', false],
    ['a reserved topic with + at the first level not', '+/things/t', '$aws/things/t', false],
    ['a reserved topic of one level with + not', '+', '$SYS', false],
  ])('matches %s', (_name, filter, topic, expected) => {
    expect(matchesFilter(filter, topic)).toBe(expected);
    expect(matchesFilter(filter, topic, { parentMatchesHash: true })).toBe(expected);
  });

  // [MQTT-4.7.1-2], from which AWS deviates
  it.each([
    ['a/#', 'a', true],
    ['+/#', 'a', true],
    ['a/+/#', 'a/b', true],
    ['a/b/#', 'a', false],
    ['+/#', '$aws', false],
  ])('lets %s match the parent %s only where the standard rules', (filter, topic, standard) => {
    expect(matchesFilter(filter, topic)).toBe(false);
    expect(matchesFilter(filter, topic, { parentMatchesHash: true })).toBe(standard);
  });
});
