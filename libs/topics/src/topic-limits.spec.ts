import { AWS_TOPIC_LIMITS, checkTopicFilter, checkTopicName, STANDARD_TOPIC_LIMITS } from './index.js';

const EIGHT_LEVELS = 'a/b/c/d/e/f/g/h';
const LONGEST = 'ä'.repeat(128);

describe('checkTopicName', () => {
  it.each([
    ['an ordinary topic', 'site/a/temp'],
    ['empty levels', '//'],
    ['spaces and letters of any language', 'größe/ 1'],
    ['eight levels', EIGHT_LEVELS],
    ['256 bytes', LONGEST],
    ['eight levels behind the prefix of Basic Ingest', `$aws/rules/r1/${EIGHT_LEVELS}`],
    ['256 bytes behind the prefix of Basic Ingest', `$aws/rules/r1/${LONGEST}`],
  ])('accepts %s', (_name, topic) => {
    expect(checkTopicName(topic)).toBeUndefined();
  });

  it.each([
    ['an empty topic [MQTT-4.7.3-1]', '', 'at least one character'],
    ['a + [MQTT-3.3.2-2]', 'a/+/b', 'contains a wildcard'],
    ['a # inside a level [MQTT-3.3.2-2]', 'a#', 'contains a wildcard'],
    ['NUL [MQTT-4.7.3-2]', 'a\0b', 'U+0000'],
    ['half of a surrogate pair [MQTT-1.5.4-1]', 'a\ud800', 'surrogate'],
    ['more than 256 bytes', `${LONGEST}a`, '257 bytes; at most 256'],
    ['more than 7 slashes', `${EIGHT_LEVELS}/i`, '8 slashes; at most 7'],
    ['more than 7 slashes of Basic Ingest', `$aws/rules/r1/${EIGHT_LEVELS}/i`, '8 slashes; at most 7'],
    ['a prefix of Basic Ingest with an impossible name', `$aws/rules/r-1/${EIGHT_LEVELS}`, '10 slashes'],
  ])('refuses %s', (_name, topic, sentence) => {
    expect(checkTopicName(topic)).toContain(sentence);
  });

  it('knows only the size of a string under the standard', () => {
    expect(checkTopicName('/'.repeat(65_535), STANDARD_TOPIC_LIMITS)).toBeUndefined();
    expect(checkTopicName('/'.repeat(65_536), STANDARD_TOPIC_LIMITS)).toContain('65536 bytes');
  });
});

describe('checkTopicFilter', () => {
  it.each([
    ['an exact filter', 'site/a'],
    ['# alone', '#'],
    ['# in the last level', 'site/#'],
    ['+ in every place', '+/a/+'],
    ['eight levels', '+/b/c/d/e/f/g/#'],
    ['a shared subscription', '$share/group/site/#'],
    ['eight levels behind the prefix of a shared subscription', `$share/group/${EIGHT_LEVELS}`],
    ['a shared subscription with the longest parts', `$share/${LONGEST}/${LONGEST}`],
    ['eight levels behind the prefix of Basic Ingest', `$aws/rules/r1/${EIGHT_LEVELS}`],
  ])('accepts %s', (_name, filter) => {
    expect(checkTopicFilter(filter)).toBeUndefined();
  });

  it.each([
    ['an empty filter [MQTT-4.7.3-1]', '', 'at least one character'],
    ['# before the last level [MQTT-4.7.1-1]', 'a/#/b', '# must stand alone in the last level'],
    ['# inside a level [MQTT-4.7.1-1]', 'a/b#', '# must stand alone in the last level'],
    ['+ inside a level [MQTT-4.7.1-2]', 'a/b+/c', '+ must stand alone in its level'],
    ['NUL [MQTT-4.7.3-2]', 'a/\0', 'U+0000'],
    ['half of a surrogate pair [MQTT-1.5.4-1]', '\udc00', 'surrogate'],
    ['more than 256 bytes', `${LONGEST}a`, '257 bytes'],
    ['more than 7 slashes', `${EIGHT_LEVELS}/#`, '8 slashes'],
    ['a shared subscription without a name [MQTT-4.8.2-1]', '$share//a', 'write $share/<name>/<filter>'],
    ['a shared subscription without a filter', '$share/group/', 'write $share/<name>/<filter>'],
    ['a shared subscription with a name only', '$share/group', 'write $share/<name>/<filter>'],
    ['$share alone', '$share', 'write $share/<name>/<filter>'],
    ['a wildcard in a share name [MQTT-4.8.2-2]', '$share/g+/a', 'must not contain + or #'],
    ['a long share name', `$share/${LONGEST}a/b`, 'longer than 128 characters'],
    ['a bad wildcard behind a share name', '$share/g/a#', '# must stand alone'],
    ['too many slashes behind a share name', `$share/g/${EIGHT_LEVELS}/i`, '8 slashes'],
  ])('refuses %s', (_name, filter, sentence) => {
    expect(checkTopicFilter(filter)).toContain(sentence);
  });

  it('takes the limits as data', () => {
    expect(checkTopicFilter('a/b', { ...AWS_TOPIC_LIMITS, maxSlashes: 0 })).toContain('1 slashes; at most 0');
    expect(checkTopicFilter(`${EIGHT_LEVELS}/#`, STANDARD_TOPIC_LIMITS)).toBeUndefined();
  });
});
