import { z } from 'zod';
import { ConfigError, port, readConfig, readConfigs, setting, unknownSettings, wholeNumber } from './config.js';

const settings = {
  port: setting('THINGCORE_TEST_PORT', port(1883), 'a port'),
  size: setting('THINGCORE_TEST_SIZE', wholeNumber(10, 1, 100), 'a number'),
  url: setting('THINGCORE_TEST_URL', z.url('must be a URL').optional(), 'a URL'),
};

function problemsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(settings, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('takes defaults for what is not set or empty', () => {
    expect(readConfig(settings, { THINGCORE_TEST_PORT: '' })).toEqual({ port: 1883, size: 10 });
  });

  it('reads text into the types of the settings', () => {
    const environment = { THINGCORE_TEST_PORT: '0', THINGCORE_TEST_SIZE: '7', THINGCORE_TEST_URL: 'http://h/' };
    expect(readConfig(settings, environment)).toEqual({ port: 0, size: 7, url: 'http://h/' });
  });

  it.each([
    ['a port that is no number', { THINGCORE_TEST_PORT: 'abc' }, /^THINGCORE_TEST_PORT="abc" .*must be a port/],
    ['a port above 65535', { THINGCORE_TEST_PORT: '65536' }, /^THINGCORE_TEST_PORT="65536" .*must be a port/],
    ['a negative port', { THINGCORE_TEST_PORT: '-1' }, /^THINGCORE_TEST_PORT="-1" .*must be a port/],
    ['a number out of its range', { THINGCORE_TEST_SIZE: '101' }, /^THINGCORE_TEST_SIZE="101" .*from 1 to 100/],
    ['a URL that is none', { THINGCORE_TEST_URL: 'nowhere' }, /^THINGCORE_TEST_URL="nowhere" .*must be a URL/],
  ])('names the setting and its value for %s', (_name, environment, problem) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(problem)]);
  });

  it('names all problems at once', () => {
    expect(problemsOf({ THINGCORE_TEST_PORT: 'x', THINGCORE_TEST_SIZE: 'y' })).toHaveLength(2);
  });

  it('says of a setting without default that it is not set', () => {
    const needed = { url: setting('THINGCORE_TEST_URL', z.url('must be a URL'), 'a URL') };
    expect(() => readConfig(needed, {})).toThrow('THINGCORE_TEST_URL is not set: must be a URL');
  });
});

describe('readConfigs', () => {
  it('keeps the groups apart and collects the problems of all', () => {
    const other = { port: setting('THINGCORE_OTHER_PORT', port(1), 'another port') };
    expect(readConfigs({ a: settings, b: other }, {})).toMatchObject({ a: { port: 1883 }, b: { port: 1 } });
    expect(() =>
      readConfigs({ a: settings, b: other }, { THINGCORE_TEST_PORT: 'x', THINGCORE_OTHER_PORT: 'y' }),
    ).toThrow(/THINGCORE_TEST_PORT[^]*THINGCORE_OTHER_PORT/);
  });
});

describe('unknownSettings', () => {
  it('finds what looks like a setting and is none', () => {
    const environment = { THINGCORE_TEST_PORT: '1', THINGCORE_TEST_PROT: '2', PATH: '/bin' };
    expect(unknownSettings({ a: settings }, environment)).toEqual(['THINGCORE_TEST_PROT']);
  });
});
