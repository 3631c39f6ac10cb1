import { formatTime } from './format-time.js';
import { parseTime } from './parse-time.js';

const instant = Date.UTC(2023, 10, 14, 22, 13, 20, 123);

describe('formatTime', () => {
  it.each([
    ['yyyy-MM-dd HH:mm:ss.SSS', 'UTC', '2023-11-14 22:13:20.123'],
    ['yy y YYYY M MM MMM MMMM d', 'UTC', '23 2023 2023 11 11 Nov November 14'],
    ['E EEEE e D Q w x C G', 'UTC', 'Tue Tuesday 2 318 4 46 2023 20 AD'],
    ['h hh K k H a', 'UTC', '10 10 10 22 22 PM'],
    ['S SS SSSSSS', 'UTC', '1 12 123000'],
    ["''yyyy'' 'o''clock'", 'UTC', "'2023' o'clock"],
    ['z zzzz Z ZZ ZZZ X', 'America/New_York', 'EST Eastern Standard Time -0500 -05:00 America/New_York -05'],
    ['z Z XX XXX VV', 'Asia/Kolkata', 'IST +0530 +0530 +05:30 Asia/Kolkata'],
    ['z X', 'UTC', 'UTC Z'],
    ['z HH:mm', 'Europe/Paris', 'CET 23:13'],
    ['HH:mm z', '+05:30', '03:43 +05:30'],
    ['HH:mm', 'UTC-03:00', '19:13'],
    ['[HH]', 'UTC', '[22]'],
  ])('writes %s in %s as %s', (pattern, zone, expected) => {
    expect(formatTime(pattern, instant, zone)).toBe(expected);
  });

  // ISO 8601: a week belongs to the year of its Thursday.
  it.each([
    [Date.UTC(2021, 0, 1), '2020 53 5'],
    [Date.UTC(2018, 11, 31), '2019 1 1'],
  ])('numbers the week of %p as %s', (millis, expected) => {
    expect(formatTime('x w e', millis, 'UTC')).toBe(expected);
  });

  it('writes midnight and noon, and years before our era', () => {
    expect(formatTime('h K k H a', 0, 'UTC')).toBe('12 0 24 0 AM');
    expect(formatTime('h K k H a', 43_200_000, 'UTC')).toBe('12 0 12 12 PM');
    expect(formatTime('Y G', Date.UTC(-43, 2, 15), 'UTC')).toBe('44 BC');
  });

  it.each([
    ['bogus', 'UTC', instant],
    ["yyyy 'open", 'UTC', instant],
    ['', 'UTC', instant],
    ['yyyy', 'Mars/Olympus', instant],
    ['yyyy', 'constructor', instant],
    ['yyyy', '+99:00', instant],
    ['yyyy', 'UTC', 9e15],
    ['yyyy', 'UTC', NaN],
    ['y'.repeat(300), 'UTC', instant],
  ])('has no text for %s in %s at %p', (pattern, zone, millis) => {
    expect(formatTime(pattern, millis, zone)).toBeUndefined();
  });
});

describe('parseTime', () => {
  it.each([
    ['2020-04-03 09:45:18', 'yyyy-MM-dd HH:mm:ss', '2020-04-03T09:45:18Z'],
    ['2020-04-03', 'yyyy-MM-dd', '2020-04-03T00:00:00Z'],
    ['20200403094518', 'yyyyMMddHHmmss', '2020-04-03T09:45:18Z'],
    ['3/4/20', 'd/M/yy', '2020-04-03T00:00:00Z'],
    ['Friday 3 April 2020, 9:45 PM', 'EEEE d MMMM yyyy, h:mm a', '2020-04-03T21:45:00Z'],
    ['Fri Apr 03 2020 12 AM', 'E MMM dd yyyy hh a', '2020-04-03T00:00:00Z'],
    ['2020-094', 'uuuu-DDD', '2020-04-03T00:00:00Z'],
    ['2020-04-03T09:45:18Z', "yyyy-MM-dd'T'HH:mm:ssX", '2020-04-03T09:45:18Z'],
    ['2020-04-03T09:45:18+02', "yyyy-MM-dd'T'HH:mm:ssX", '2020-04-03T07:45:18Z'],
    ['2020-04-03T09:45:18.5-0330', "yyyy-MM-dd'T'HH:mm:ss.SZ", '2020-04-03T13:15:18.500Z'],
    ['2020-04-03 09:45 GMT+02:00', 'yyyy-MM-dd HH:mm ZZZZ', '2020-04-03T07:45:00Z'],
    ['2020-04-03 09:45 CEST', 'yyyy-MM-dd HH:mm z', '2020-04-03T07:45:00Z'],
    ['2020-04-03 09:45 Europe/Paris', 'yyyy-MM-dd HH:mm VV', '2020-04-03T07:45:00Z'],
    ['3 Apr 2020', 'd LLL uuuu', '2020-04-03T00:00:00Z'],
    ['2020-04-03T09:45GMT', "yyyy-MM-dd'T'HH:mmO", '2020-04-03T09:45:00Z'],
    ['2020-04-03T09:45GMT+2', "yyyy-MM-dd'T'HH:mmO", '2020-04-03T07:45:00Z'],
    // java.time: brackets hold an optional section.
    ['2020-04-03T09:45', "yyyy-MM-dd'T'HH:mm[:ss[.SSS]]", '2020-04-03T09:45:00Z'],
    ['2020-04-03T09:45:18', "yyyy-MM-dd'T'HH:mm[:ss[.SSS]]", '2020-04-03T09:45:18Z'],
    ['2020-04-03T09:45:18.250', "yyyy-MM-dd'T'HH:mm[:ss[.SSS]]", '2020-04-03T09:45:18.250Z'],
    ['2020-04-03 Z', 'yyyy-MM-dd[ HH:mm][ X', '2020-04-03T00:00:00Z'],
    ['[2020-04-03]', "'['yyyy-MM-dd']'", '2020-04-03T00:00:00Z'],
    ['2020-04-03 24:00', 'yyyy-MM-dd HH:mm', '2020-04-04T00:00:00Z'],
    ['44 BC 03 15', 'y G MM dd', '-000043-03-15T00:00:00Z'],
    // java.time: a day after the end of its month is the month's last day.
    ['2021-02-31', 'yyyy-MM-dd', '2021-02-28T00:00:00Z'],
    // java.time: a skipped local time moves forward by the gap, a repeated one is the earlier.
    ['2023-03-26 02:30 Europe/Paris', 'yyyy-MM-dd HH:mm VV', '2023-03-26T01:30:00Z'],
    ['2023-10-29 02:30 Europe/Paris', 'yyyy-MM-dd HH:mm VV', '2023-10-29T00:30:00Z'],
  ])('reads %s by %s', (text, pattern, expected) => {
    expect(parseTime(text, pattern)).toBe(Date.parse(expected));
  });

  it.each([
    ['2020-13-01', 'yyyy-MM-dd'],
    ['2020-04-32', 'yyyy-MM-dd'],
    ['2020-04-03x', 'yyyy-MM-dd'],
    ['2020-04', 'yyyy-MM'],
    ['09:45', 'HH:mm'],
    ['2020-04-03 24:01', 'yyyy-MM-dd HH:mm'],
    ['2020-04-03 9', 'yyyy-MM-dd HH'],
    ['2020-04-03 09', 'yyyy-MM-dd hh'],
    ['2020-04-03 Mars', 'yyyy-MM-dd z'],
    ['2020-04-03 constructor', 'yyyy-MM-dd z'],
    ['2020-April-03', 'yyyy-MMM-dd'],
    ['2020', 'bogus'],
    ['2020-04-03 09:4', 'yyyy-MM-dd[ HH:mm]'],
    ['2020-04-03', 'yyyy-MM-dd]'],
    ['12020-04-03', 'yyyy-MM-dd'],
    ['0000-04-03', 'yyyy-MM-dd'],
    ['2020-04-03', 'yyyy-MM-[dd]x'],
    ['999999999-01-01', 'yyyy-MM-dd'],
  ])('has no time for %s by %s', (text, pattern) => {
    expect(parseTime(text, pattern)).toBeUndefined();
  });
});
