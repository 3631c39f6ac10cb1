import { checkUpdateRequest, parseUpdateRequest, SHADOW_LIMITS } from './index.js';
import { refusal } from './refusal.cases.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const section = (levels: number): string => '{"a":'.repeat(levels - 1) + '{"a":1}' + '}'.repeat(levels - 1);

describe('parseUpdateRequest', () => {
  // AWS: "Device Shadow error messages"
  it.each([
    ['an empty payload', '', 'Invalid JSON'],
    ['broken JSON', '{"state":{}', 'Invalid JSON'],
    ['a request that is an array', '[]', 'Invalid JSON'],
    ['a request that is null', 'null', 'Invalid JSON'],
    ['no state', '{"version":1}', 'Missing required node: state'],
    ['a state that is inherited only', '{"__proto__":{"state":{}}}', 'Missing required node: state'],
    ['a state that is a number', '{"state":5}', 'State node must be an object'],
    ['a state that is an array', '{"state":[]}', 'State node must be an object'],
    ['a desired that is a string', '{"state":{"desired":"on"}}', 'Desired node must be an object'],
    ['a desired that is an array', '{"state":{"desired":[]}}', 'Desired node must be an object'],
    ['a reported that is a boolean', '{"state":{"reported":true}}', 'Reported node must be an object'],
    ['a stranger in state', '{"state":{"desird":{}}}', 'State contains an invalid node'],
    ['__proto__ in state', '{"state":{"__proto__":{}}}', 'State contains an invalid node'],
    ['null in an array', '{"state":{"desired":{"a":[1,null]}}}', 'State contains an invalid node'],
    ['null in a nested array', '{"state":{"desired":{"a":[[null]]}}}', 'State contains an invalid node'],
    ['null in an object in an array', '{"state":{"desired":{"a":[{"b":null}]}}}', 'State contains an invalid node'],
    ['a number beyond doubles', '{"state":{"desired":{"a":1e400}}}', 'State contains an invalid node'],
    ['a version that is a string', '{"state":{},"version":"1"}', 'Invalid version'],
    ['a version that is null', '{"state":{},"version":null}', 'Invalid version'],
    ['a negative version', '{"state":{},"version":-1}', 'Invalid version'],
    ['a fractional version', '{"state":{},"version":1.5}', 'Invalid version'],
    ['an infinite version', '{"state":{},"version":1e400}', 'Invalid version'],
    ['a client token that is a number', '{"state":{},"clientToken":7}', 'Invalid clientToken'],
    ['a client token that is null', '{"state":{},"clientToken":null}', 'Invalid clientToken'],
    [
      'nine levels of nesting',
      `{"state":{"desired":${section(9)}}}`,
      'JSON contains too many levels of nesting; maximum is 6',
    ],
    [
      'a deep array',
      `{"state":{"reported":{"a":${'['.repeat(8)}${']'.repeat(8)}}}}`,
      'JSON contains too many levels of nesting; maximum is 6',
    ],
  ])('refuses %s', (_name, payload, message) => {
    const error = refusal(() => parseUpdateRequest(payload));
    expect(error).toMatchObject({ code: 'InvalidRequest', message });
    expect(refusal(() => parseUpdateRequest(utf8(payload))).message).toBe(message);
  });

  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00]],
  ])('refuses %s as no UTF-8', (_name, bytes) => {
    expect(refusal(() => parseUpdateRequest(Uint8Array.from(bytes)))).toMatchObject({
      code: 'UnsupportedEncoding',
      message: 'Unsupported documented encoding; supported encoding is UTF-8',
    });
  });

  it.each([
    ['of object keys', '{"a":', '1', '}'],
    ['of arrays', '[', '', ']'],
  ])('refuses a hundred thousand levels %s without exhausting the stack', (_name, open, middle, close) => {
    const deep = open.repeat(100_000) + middle + close.repeat(100_000);
    const error = refusal(() => parseUpdateRequest(`{"state":{"desired":{"a":${deep}}},"clientToken":"t"}`));
    expect(error.message).toBe('JSON contains too many levels of nesting; maximum is 6');
    expect(error.details).toMatchObject({ clientToken: 't', maxDepth: 8 });
    expect(error.details?.path).toHaveLength(10);
  });

  it('takes eight levels by default and as many as it is told', () => {
    expect(() => parseUpdateRequest(`{"state":{"desired":${section(8)}}}`)).not.toThrow();
    const limits = { ...SHADOW_LIMITS, maxDepth: 2 };
    expect(() => parseUpdateRequest(`{"state":{"desired":${section(2)}}}`, limits)).not.toThrow();
    expect(refusal(() => parseUpdateRequest(`{"state":{"desired":${section(3)}}}`, limits)).details).toEqual({
      path: ['state', 'desired', 'a', 'a'],
      maxDepth: 2,
    });
  });

  it('measures a client token in bytes: 64 pass, 65 do not', () => {
    const request = (clientToken: string): string => JSON.stringify({ state: {}, clientToken });
    expect(parseUpdateRequest(request('é'.repeat(32))).clientToken).toBe('é'.repeat(32));
    const error = refusal(() => parseUpdateRequest(request('é'.repeat(32) + 'e')));
    expect(error.message).toBe('Invalid clientToken');
    expect(error.details).not.toHaveProperty('clientToken');
  });

  it.each([
    ['no state', '{"clientToken":"t-1"}'],
    ['a stranger in state', '{"state":{"x":{}},"clientToken":"t-1"}'],
    ['a wrong section', '{"state":{"desired":1},"clientToken":"t-1"}'],
    ['null in an array', '{"state":{"desired":{"a":[null]}},"clientToken":"t-1"}'],
    ['a wrong version', '{"state":{},"version":-1,"clientToken":"t-1"}'],
  ])('keeps a readable client token in the refusal of %s', (_name, payload) => {
    expect(refusal(() => parseUpdateRequest(payload)).details?.clientToken).toBe('t-1');
  });

  it('says where the fault is', () => {
    const error = refusal(() => parseUpdateRequest('{"state":{"desired":{"a.b":{"c":[0,{"d":null}]}}}}'));
    expect(error.details?.path).toEqual(['state', 'desired', 'a.b', 'c', '1', 'd']);
  });

  it.each([
    [
      'both sections',
      '{"state":{"desired":{"a":1},"reported":null}}',
      { state: { desired: { a: 1 }, reported: null } },
    ],
    ['null state', '{"state":null}', { state: null }],
    ['empty state', '{"state":{}}', { state: {} }],
    ['version and token', '{"state":{},"version":0,"clientToken":""}', { state: {}, version: 0, clientToken: '' }],
    ['strangers beside state', '{"state":{},"timestamp":1,"metadata":[null]}', { state: {} }],
    ['a delta, dropped', '{"state":{"desired":{},"delta":{"a":[null]}}}', { state: { desired: {} } }],
    ['nulls outside arrays', '{"state":{"desired":{"a":{"b":null}}}}', { state: { desired: { a: { b: null } } } }],
    ['duplicate keys, the last one', '{"state":{"desired":{"a":1,"a":2}}}', { state: { desired: { a: 2 } } }],
    ['a byte order mark', '\uFEFF{"state":{}}', { state: {} }],
  ])('reads %s', (_name, payload, expected) => {
    expect(parseUpdateRequest(utf8(payload))).toEqual(expected);
  });
});

describe('checkUpdateRequest', () => {
  it('checks JSON that was parsed elsewhere by the same rules', () => {
    expect(checkUpdateRequest({ state: { desired: { a: 1 } }, other: 1 })).toEqual({ state: { desired: { a: 1 } } });
    expect(refusal(() => checkUpdateRequest({ state: 1 })).message).toBe('State node must be an object');
  });
});
