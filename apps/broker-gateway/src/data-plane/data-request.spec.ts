import type { IotError } from '#thingcore/errors';
import { parseDataRequest } from './data-request.js';

/** The error that something is refused with. */
function refusalOf(work: () => unknown): IotError {
  try {
    work();
  } catch (error) {
    return error as IotError;
  }
  throw new Error('it was not refused');
}

describe('parseDataRequest', () => {
  it.each([
    ['slashes as they are', '/topics/a/b', 'a/b'],
    ['slashes that are encoded', '/topics/a%2Fb', 'a/b'],
    ['an empty first level', '/topics//a', '/a'],
    ['levels that look like folders', '/topics/a/../b/.', 'a/../b/.'],
    ['a reserved topic', '/topics/%24aws/things/lamp/shadow/update', '$aws/things/lamp/shadow/update'],
    ['other characters', '/topics/%C3%BC%20%3F?qos=1', 'ü ?'],
    ['a plus, which is no space in a path', '/topics/a+b', 'a+b'],
  ])('reads a topic with %s', (_name, target, topic) => {
    expect(parseDataRequest('POST', target)).toMatchObject({ kind: 'publish', topic });
  });

  it('reads what is asked of retained messages', () => {
    expect(parseDataRequest('GET', '/retainedMessage/a%2Fb')).toEqual({ kind: 'get-retained', topic: 'a/b' });
    expect(parseDataRequest('GET', '/retainedMessage?maxResults=5')).toMatchObject({ kind: 'list-retained' });
    expect(parseDataRequest('GET', '/retainedMessage/')).toMatchObject({ kind: 'list-retained' });
  });

  it.each([
    ['GET', '/things/lamp/shadow?name=a', { kind: 'get-shadow', thingName: 'lamp' }],
    ['POST', '/things/l%3Aamp/shadow', { kind: 'update-shadow', thingName: 'l:amp' }],
    ['DELETE', '/things/lamp/shadow', { kind: 'delete-shadow', thingName: 'lamp' }],
    ['GET', '/api/things/shadow/ListNamedShadowsForThing/lamp?pageSize=5', { kind: 'list-shadows', thingName: 'lamp' }],
    ['GET', '/connections/app%2F7?includeSocketInformation=true', { kind: 'get-connection', clientId: 'app/7' }],
    ['DELETE', '/connections/app', { kind: 'delete-connection', clientId: 'app' }],
    ['GET', '/connections/app/subscriptions', { kind: 'list-subscriptions', clientId: 'app' }],
    ['POST', '/connections/app/messages?topic=a', { kind: 'send-direct-message', clientId: 'app' }],
    ['POST', '/connections/app', { kind: 'method-not-allowed', allow: 'GET, DELETE' }],
    ['PUT', '/things/lamp/shadow', { kind: 'method-not-allowed', allow: 'GET, POST, DELETE' }],
  ])('reads what is asked of shadows and connections: %s %s', (method, target, answer) => {
    expect(parseDataRequest(method, target)).toMatchObject(answer);
  });

  it.each([
    ['another path', 'GET', '/', { kind: 'no-such-path' }],
    ['no topic', 'POST', '/topics/', { kind: 'no-such-path' }],
    ['another method for a topic', 'GET', '/topics/a', { kind: 'method-not-allowed', allow: 'POST' }],
    [
      'another method for a retained message',
      'POST',
      '/retainedMessage/a',
      { kind: 'method-not-allowed', allow: 'GET' },
    ],
  ])('says of %s that it asks for nothing', (_name, method, target, answer) => {
    expect(parseDataRequest(method, target)).toEqual(answer);
  });

  it.each(['/topics/%', '/topics/%ff'])('refuses %s, which is not encoded rightly', (target) => {
    expect(refusalOf(() => parseDataRequest('POST', target)).code).toBe('InvalidRequest');
  });
});
