import { OperationRouter, readRequest, RequestFault } from './index.js';
import { APIS } from './models.fixture.js';

const router = new OperationRouter(APIS['iot']!.model.operations);
const data = new OperationRouter(APIS['iotdata']!.model.operations);

interface Given {
  query?: string;
  headers?: Record<string, string>;
  body?: string;
}

function read(method: string, path: string, { query = '', headers = {}, body = '' }: Given = {}) {
  const routed = router.route(method, path) ?? data.route(method, path);
  if (routed === undefined) throw new Error(`${method} ${path} is no operation`);
  return readRequest(routed, { query: new URLSearchParams(query), headers, body: Buffer.from(body) });
}

function faultOf(...request: Parameters<typeof read>): [member: string, message: string] {
  try {
    read(...request);
  } catch (error) {
    if (error instanceof RequestFault) return [error.member, error.message];
  }
  throw new Error('it was read');
}

describe('readRequest', () => {
  it('takes each member from where it travels', () => {
    expect(
      read('PUT', '/things/a%20lamp/principals', {
        query: 'thingPrincipalType=EXCLUSIVE_THING',
        headers: { 'x-amzn-principal': 'arn:p' },
      }),
    ).toEqual({ thingName: 'a lamp', thingPrincipalType: 'EXCLUSIVE_THING', principal: 'arn:p' });
  });

  it('leaves out what the model does not know, and null', () => {
    const body =
      '{"thingTypeName":null,"extra":1,"__proto__":{"billingGroupName":"x"},"attributePayload":{"merge":true}}';
    expect(read('POST', '/things/lamp', { body })).toEqual({ thingName: 'lamp', attributePayload: { merge: true } });
  });

  it('keeps the names of a map as they are', () => {
    const body = '{"attributePayload":{"attributes":{"constructor":"a","__proto__":"b"}}}';
    const { attributePayload } = read('POST', '/things/lamp', { body });
    expect(JSON.stringify(attributePayload)).toBe('{"attributes":{"constructor":"a","__proto__":"b"}}');
  });

  it('reads the structure that is the body by itself', () => {
    expect(read('POST', '/rules/r', { body: '{"sql":"SELECT * FROM \'a\'","actions":[]}' })).toEqual({
      ruleName: 'r',
      topicRulePayload: { sql: "SELECT * FROM 'a'", actions: [] },
    });
  });

  it('has bytes as they came, and texts of a media type decoded', () => {
    const headers = { 'x-amz-mqtt5-user-properties': Buffer.from('[{"a":"b"}]').toString('base64') };
    expect(read('POST', '/topics/t', { query: 'qos=1&retain=true', headers, body: '\u0001x' })).toEqual({
      topic: 't',
      qos: 1,
      retain: true,
      userProperties: '[{"a":"b"}]',
      payload: Buffer.from('\u0001x'),
    });
  });

  it.each<[string, string, Parameters<typeof read>]>([
    ['a body that is not JSON', '', ['POST', '/things/lamp', { body: '{' }]],
    ['a body that is a list', '', ['POST', '/things/lamp', { body: '[]' }]],
    ['a body that is null', '', ['POST', '/things/lamp', { body: 'null' }]],
    ['a required member that is missing', 'policyDocument', ['POST', '/policies/p', { body: '{}' }]],
    ['a required header that is missing', 'principal', ['PUT', '/things/lamp/principals']],
    ['a required payload that is missing', 'topicRulePayload', ['POST', '/rules/r']],
    [
      'a required member inside that is missing',
      'topicRulePayload.sql',
      ['POST', '/rules/r', { body: '{"actions":[]}' }],
    ],
    ['a number for a text', 'thingTypeName', ['POST', '/things/lamp', { body: '{"thingTypeName":1}' }]],
    [
      'a text for a boolean',
      'attributePayload.merge',
      ['POST', '/things/lamp', { body: '{"attributePayload":{"merge":"x"}}' }],
    ],
    ['a text for a number', 'expectedVersion', ['PATCH', '/things/lamp', { body: '{"expectedVersion":"1"}' }]],
    ['an object for a list', 'tags', ['POST', '/policies/p', { body: '{"policyDocument":"{}","tags":{}}' }]],
    [
      'a text in a list of objects',
      'tags[1]',
      ['POST', '/policies/p', { body: '{"policyDocument":"","tags":[{"Key":"a"},"b"]}' }],
    ],
    [
      'a list for a map',
      'attributePayload.attributes',
      ['POST', '/things/t', { body: '{"attributePayload":{"attributes":[]}}' }],
    ],
    ['a word for a number in the query', 'maxResults', ['GET', '/things', { query: 'maxResults=many' }]],
    ['nothing for a number in the query', 'maxResults', ['GET', '/things', { query: 'maxResults=' }]],
    [
      'another word for a boolean in the query',
      'setAsDefault',
      ['POST', '/policies/p/version', { query: 'setAsDefault=1', body: '{"policyDocument":"{}"}' }],
    ],
    ['a broken percent-encoding', 'thingName', ['GET', '/things/%E0%A4%A']],
    [
      'a header that is not base64',
      'userProperties',
      ['POST', '/topics/t', { headers: { 'x-amz-mqtt5-user-properties': '{}' } }],
    ],
  ])('refuses %s, naming the member', (_name, member, request) => {
    const [at, message] = faultOf(...request);
    expect(at).toBe(member);
    expect(message).toContain(member);
  });

  it('says of a missing member what AWS says', () => {
    expect(faultOf('POST', '/policies/p', { body: '{}' })[1]).toBe(
      "1 validation error detected: Value null at 'policyDocument' failed to satisfy constraint: Member must not be null",
    );
  });
});
