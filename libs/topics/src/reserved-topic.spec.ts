import { IotError } from '#thingcore/errors';
import {
  isLifecycleClientId,
  parseReservedTopic,
  presenceTopic,
  shadowTopics,
  subscriptionTopic,
  type ReservedTopic,
} from './index.js';

describe('parseReservedTopic', () => {
  it.each<[string, ReservedTopic]>([
    ['$aws/things/t1/shadow/get', { kind: 'shadow-request', thingName: 't1', operation: 'get' }],
    ['$aws/things/t1/shadow/update', { kind: 'shadow-request', thingName: 't1', operation: 'update' }],
    [
      '$aws/things/t1/shadow/name/$cfg/delete',
      { kind: 'shadow-request', thingName: 't1', shadowName: '$cfg', operation: 'delete' },
    ],
    [
      '$aws/things/name/shadow/name/name/get',
      { kind: 'shadow-request', thingName: 'name', shadowName: 'name', operation: 'get' },
    ],
    ['$aws/rules/r_1/site/a', { kind: 'basic-ingest', ruleName: 'r_1', topic: 'site/a' }],
    ['$aws/rules/r_1/', { kind: 'basic-ingest', ruleName: 'r_1', topic: '' }],
    ['$aws/rules/r_1', { kind: 'basic-ingest', ruleName: 'r_1', topic: '' }],
    ['$aws/events/presence/connected/c1', { kind: 'presence', event: 'connected', clientId: 'c1' }],
    ['$aws/events/presence/connect_failed/a/b', { kind: 'presence', event: 'connect_failed', clientId: 'a/b' }],
    [
      '$aws/events/subscriptions/unsubscribed/c1',
      { kind: 'subscription-event', event: 'unsubscribed', clientId: 'c1' },
    ],
  ])('reads %s', (topic, expected) => {
    expect(parseReservedTopic(topic)).toEqual(expected);
  });

  it.each([
    ['a topic of no service', '$aws/coffee/make'],
    ['another root', '$SYS/uptime'],
    ['a shared subscription', '$share/g/a'],
    ['$ alone', '$'],
    ['a job topic', '$aws/things/t1/jobs/get'],
    ['a thing name out of its pattern', '$aws/things/t.1/shadow/get'],
    ['a wildcard for a thing name', '$aws/things/+/shadow/get'],
    ['a thing name that is too long', `$aws/things/${'t'.repeat(129)}/shadow/get`],
    ['an empty thing name', '$aws/things//shadow/get'],
    ['a shadow name out of its pattern', '$aws/things/t1/shadow/name/a.b/get'],
    ['a shadow name that is too long', `$aws/things/t1/shadow/name/${'s'.repeat(65)}/get`],
    ['a named shadow without an operation', '$aws/things/t1/shadow/name/get'],
    ['a shadow without an operation', '$aws/things/t1/shadow'],
    ['an unknown operation', '$aws/things/t1/shadow/patch'],
    ['a delta of get', '$aws/things/t1/shadow/get/delta'],
    ['documents of delete', '$aws/things/t1/shadow/delete/documents'],
    ['levels after the outcome', '$aws/things/t1/shadow/get/accepted/x'],
    ['an empty outcome', '$aws/things/t1/shadow/get/'],
    ['a rule name out of its pattern', '$aws/rules/r-1/a'],
    ['no rule name', '$aws/rules/'],
    ['an unknown presence event', '$aws/events/presence/paused/c1'],
    ['a subscription event under presence', '$aws/events/presence/subscribed/c1'],
    ['an event without a client id', '$aws/events/presence/connected/'],
    ['an event of a client id with a wildcard', '$aws/events/presence/connected/c#'],
    ['an event of another family', '$aws/events/thing/t1/created'],
  ])('calls %s unknown', (_name, topic) => {
    expect(parseReservedTopic(topic)).toEqual({ kind: 'unknown' });
  });

  it.each(['site/a', 'aws/things/t1/shadow/get', '', '/$aws/things/t1/shadow/get'])('leaves %p alone', (topic) => {
    expect(parseReservedTopic(topic)).toBeUndefined();
  });
});

describe('shadowTopics', () => {
  const meanings = {
    get: { kind: 'shadow-request', operation: 'get' },
    getAccepted: { kind: 'shadow-response', operation: 'get', outcome: 'accepted' },
    getRejected: { kind: 'shadow-response', operation: 'get', outcome: 'rejected' },
    update: { kind: 'shadow-request', operation: 'update' },
    updateAccepted: { kind: 'shadow-response', operation: 'update', outcome: 'accepted' },
    updateRejected: { kind: 'shadow-response', operation: 'update', outcome: 'rejected' },
    updateDelta: { kind: 'shadow-response', operation: 'update', outcome: 'delta' },
    updateDocuments: { kind: 'shadow-response', operation: 'update', outcome: 'documents' },
    delete: { kind: 'shadow-request', operation: 'delete' },
    deleteAccepted: { kind: 'shadow-response', operation: 'delete', outcome: 'accepted' },
    deleteRejected: { kind: 'shadow-response', operation: 'delete', outcome: 'rejected' },
  };

  it.each([
    ['the classic shadow', { thingName: 'pump-7' }],
    ['a named shadow', { thingName: 'pump-7', shadowName: '$package:1' }],
  ])('builds for %s what parseReservedTopic reads', (_name, shadow: { thingName: string; shadowName?: string }) => {
    const parsed = Object.entries(shadowTopics(shadow.thingName, shadow.shadowName)).map(([name, topic]) => [
      name,
      parseReservedTopic(topic as string),
    ]);
    const expected = Object.entries(meanings).map(([name, meaning]) => [name, { ...shadow, ...meaning }]);
    expect(Object.fromEntries(parsed)).toEqual(Object.fromEntries(expected));
  });

  it('spells the topics of AWS', () => {
    expect(shadowTopics('pump-7').updateDelta).toBe('$aws/things/pump-7/shadow/update/delta');
    expect(shadowTopics('pump-7', 'cfg').get).toBe('$aws/things/pump-7/shadow/name/cfg/get');
  });

  it.each([
    ['thing', () => shadowTopics('a/b')],
    ['thing', () => shadowTopics('')],
    ['shadow', () => shadowTopics('a', '#')],
  ])('refuses a %s name out of its pattern', (noun, build) => {
    expect(build).toThrow(IotError);
    expect(build).toThrow(`no ${noun} name`);
  });
});

describe('lifecycle topics', () => {
  it.each(['connected', 'disconnected', 'connect_failed'] as const)('tells of %s', (event) => {
    expect(presenceTopic(event, 'c/1')).toBe(`$aws/events/presence/${event}/c/1`);
    expect(parseReservedTopic(presenceTopic(event, 'c/1'))).toEqual({ kind: 'presence', event, clientId: 'c/1' });
  });

  it.each(['subscribed', 'unsubscribed'] as const)('tells of %s', (event) => {
    const parsed = parseReservedTopic(subscriptionTopic(event, 'c1'));
    expect(parsed).toEqual({ kind: 'subscription-event', event, clientId: 'c1' });
  });

  // AWS: "Lifecycle events" are not sent for client ids that contain # or +
  it.each([
    ['c1', true],
    ['a/b c', true],
    ['a+', false],
    ['#', false],
    ['', false],
  ])('are possible for the client id %p: %p', (clientId, possible) => {
    expect(isLifecycleClientId(clientId)).toBe(possible);
  });
});
