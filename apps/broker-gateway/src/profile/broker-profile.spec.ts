import { type ConfigError, readConfig } from '#thingcore/platform';
import { AWS_LANE_LIMITS, STANDARD_LANE_LIMITS } from '../lane/ports/lane-limits.js';
import { type BrokerProfile, brokerProfile, profileNamed } from './broker-profile.js';
import { laneLimits } from './lane-limits.js';
import { PROFILE_ENTRIES, PROFILE_SECTIONS } from './profile-entries.js';
import { profileSettings } from './profile.settings.js';

const profileOf = (environment: NodeJS.ProcessEnv) => brokerProfile(readConfig(profileSettings, environment));

describe('brokerProfile', () => {
  it.each<[keyof BrokerProfile, unknown, unknown]>([
    ['acceptsQos2', false, true],
    ['parentMatchesHash', false, true],
    ['retainedToWildcards', false, true],
    ['acceptsSubscriptionIdentifiers', false, true],
    ['honoursWillDelay', false, true],
    ['clientIdBytes', 128, 256],
    ['keepAliveMinimumSeconds', 30, 0],
    ['keepAliveMaximumSeconds', 1_200, 65_535],
    ['keepAliveOfZeroSeconds', 1_200, 0],
    ['payloadBytes', 131_072, 1_048_576],
    ['packetBytes', 149_504, 1_048_576],
    ['topicBytes', 256, 65_535],
    ['topicSlashes', 7, 97],
    ['filtersPerSubscribe', 8, Infinity],
    ['subscriptionsPerConnection', 50, 10_000],
    ['publishesPerSecond', 100, Infinity],
    ['bytesPerSecond', 524_288, Infinity],
    ['connectsPerSecondPerClientId', 1, Infinity],
    ['receiveMaximum', 100, 1_000],
    ['topicAliasMaximum', 8, 64],
    ['sessionExpirySeconds', 3_600, Infinity],
    ['storedMessagesPerSecond', 10, Infinity],
    ['messageExpiryMinimumSeconds', 1, 0],
    ['messageExpiryMaximumSeconds', 604_800, 4_294_967_295],
    ['retainedPublishesPerSecondPerTopic', 1, Infinity],
  ])('says of %s: aws %p, mqtt %p', (name, aws, mqtt) => {
    expect([profileNamed('aws')[name], profileNamed('mqtt')[name]]).toEqual([aws, mqtt]);
  });

  it('is aws when nothing is set', () => {
    expect(profileOf({})).toEqual(profileNamed('aws'));
  });

  it('takes a limit from its own setting, in either profile', () => {
    for (const profile of ['aws', 'mqtt']) {
      const changed = profileOf({
        THINGCORE_BROKER_PROFILE: profile,
        THINGCORE_BROKER_SUBSCRIPTIONS_PER_CONNECTION: '7',
        THINGCORE_BROKER_RETAINED_LISTS_PER_SECOND: 'unlimited',
        THINGCORE_BROKER_ANSWER_DENIED_CONNECT: 'on',
      });
      expect(changed).toMatchObject({
        name: profile,
        subscriptionsPerConnection: 7,
        retainedListsPerSecond: Infinity,
        answersDeniedConnectV3: true,
      });
    }
  });

  it('takes any limit by its name; a setting of its own goes before', () => {
    const changed = profileOf({
      THINGCORE_BROKER_LIMITS: 'publishesPerSecond=1000, keepAliveMinimumSeconds=0,subscriptions=5,',
      THINGCORE_BROKER_SUBSCRIPTIONS: '9',
    });
    expect(changed).toMatchObject({ publishesPerSecond: 1_000, keepAliveMinimumSeconds: 0, subscriptions: 9 });
    expect(changed.deliveriesPerSecond).toBe(100);
  });

  it.each([
    ['an unknown profile', { THINGCORE_BROKER_PROFILE: 'mosquitto' }, 'must be aws or mqtt'],
    ['an unknown limit', { THINGCORE_BROKER_LIMITS: 'speed=1' }, 'names "speed", which is no limit'],
    ['a rule, which is no limit', { THINGCORE_BROKER_LIMITS: 'acceptsQos2=1' }, 'names "acceptsQos2"'],
    ['a limit that is too large', { THINGCORE_BROKER_LIMITS: 'receiveMaximum=65536' }, 'from 1 to 65535'],
    ['no end where there must be one', { THINGCORE_BROKER_LIMITS: 'receiveMaximum=unlimited' }, 'from 1 to 65535'],
    ['a fraction', { THINGCORE_BROKER_SUBSCRIPTIONS: '1.5' }, 'a whole number from 1 on, or "unlimited"'],
    ['a zero', { THINGCORE_BROKER_SUBSCRIPTIONS: '0' }, 'a whole number from 1 on, or "unlimited"'],
    ['a word for a switch', { THINGCORE_BROKER_ANSWER_DENIED_CONNECT: 'yes' }, 'must be on or off'],
  ])('refuses %s', (_name, environment, complaint) => {
    let problems: readonly string[] = [];
    try {
      readConfig(profileSettings, environment);
    } catch (error) {
      ({ problems } = error as ConfigError);
    }
    expect(problems).toEqual([expect.stringContaining(complaint)]);
  });

  it('has a setting only for what it says, and everything in one section', () => {
    const names = Object.keys(profileSettings).filter((key) => key !== 'profile' && key !== 'limits');
    expect(Object.keys(PROFILE_ENTRIES)).toEqual(expect.arrayContaining(names));
    const sections = Object.values(PROFILE_SECTIONS).flatMap((entries) => Object.keys(entries));
    expect(sections).toEqual(Object.keys(PROFILE_ENTRIES));
    expect(new Set(sections).size).toBe(sections.length);
  });
});

describe('laneLimits', () => {
  it('gives the lane what each profile says', () => {
    expect(laneLimits(profileNamed('aws'))).toEqual(AWS_LANE_LIMITS);
    expect(laneLimits(profileNamed('mqtt'))).toEqual(STANDARD_LANE_LIMITS);
  });

  it('follows a change', () => {
    const changed = laneLimits(profileOf({ THINGCORE_BROKER_LIMITS: 'topicBytes=512' }));
    expect(changed).toEqual({ ...AWS_LANE_LIMITS, topics: { ...AWS_LANE_LIMITS.topics, maxBytes: 512 } });
  });
});
