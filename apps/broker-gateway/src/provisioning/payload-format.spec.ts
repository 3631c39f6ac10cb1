import fc from 'fast-check';
import { encode } from 'cborg';
import type { PayloadFormat } from '#thingcore/topics';
import { decodePayload, encodePayload, MAX_REQUEST_BYTES } from './payload-format.js';

const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const text = (json: string) => Buffer.from(json);

describe('a payload of a provisioning request', () => {
  const document = { certificateOwnershipToken: 'eyJ2IjoiMSJ9', parameters: { Serial: '800', Zone: 'nörth' } };

  it.each<[string, PayloadFormat, Uint8Array, object]>([
    ['JSON', 'json', text(JSON.stringify(document)), document],
    ['CBOR', 'cbor', encode(document), document],
    ['nothing as JSON', 'json', Buffer.alloc(0), {}],
    ['nothing as CBOR', 'cbor', Buffer.alloc(0), {}],
    ['an empty CBOR map', 'cbor', hex('a0'), {}],
    ['a CBOR map of open length', 'cbor', hex('bf 6161 6162 ff'), { a: 'b' }],
    // Encoders that do not know the length beforehand leave room for the longest.
    ['a CBOR map with its length in two bytes', 'cbor', hex('b90001 6161 6162'), { a: 'b' }],
    [
      'a name that is special to JavaScript',
      'cbor',
      hex('a1 695f5f70726f746f5f5f 6161'),
      JSON.parse('{"__proto__":"a"}'),
    ],
  ])('is read: %s', (_name, format, payload, expected) => {
    expect(decodePayload(format, payload)).toEqual(expected);
  });

  it.each<[string, PayloadFormat, Uint8Array, RegExp]>([
    ['text that is no JSON', 'json', text('{"a":'), /is no JSON/],
    ['JSON with something behind it', 'json', text('{} {}'), /is no JSON/],
    ['JSON that is no UTF-8', 'json', hex('7b 22 ff 22 3a 31 7d'), /no UTF-8/],
    ['CBOR where JSON should be', 'json', encode(document), /is no JSON/],
    ['a JSON list', 'json', text('[]'), /no JSON object but a list/],
    ['a JSON text', 'json', text('"a"'), /no JSON object but a string/],
    ['JSON null', 'json', text('null'), /no JSON object but null/],
    ['JSON where CBOR should be', 'cbor', text('{}'), /is no CBOR/],
    ['a CBOR list', 'cbor', hex('80'), /no CBOR map but a list/],
    ['CBOR bytes', 'cbor', hex('41 00'), /no CBOR map but bytes/],
    ['a CBOR number', 'cbor', hex('01'), /no CBOR map but a number/],
    ['CBOR with something behind it', 'cbor', hex('a0 a0'), /is no CBOR/],
    ['CBOR that ends too early', 'cbor', hex('a1 61'), /is no CBOR/],
    ['a CBOR map that lacks an entry', 'cbor', hex('a2 6161 6162'), /is no CBOR/],
    ['a CBOR map of open length that never ends', 'cbor', hex('bf 6161 6162'), /is no CBOR/],
    ['CBOR that says it is larger than it is', 'cbor', hex('7b ffffffffffffffff'), /is no CBOR/],
    ['a CBOR map with a key twice', 'cbor', hex('a2 6161 6162 6161 6163'), /is no CBOR/],
    ['a CBOR map with a number for a key', 'cbor', hex('a1 01 6162'), /is no CBOR/],
    ['a CBOR tag', 'cbor', hex('c0 a0'), /is no CBOR/],
    ['CBOR undefined', 'cbor', hex('a1 6161 f7'), /is no CBOR/],
    ['a CBOR text that is no UTF-8', 'cbor', hex('a1 6161 62 c328'), /no UTF-8/],
    ['CBOR lists within lists', 'cbor', Buffer.alloc(MAX_REQUEST_BYTES, 0x81), /more than 16 maps and lists/],
    ['a CBOR list of too many items', 'cbor', encode({ a: Array.from({ length: 2_000 }, () => 0) }), /more than 1024/],
    ['more bytes than a request has', 'json', text(`"${'x'.repeat(MAX_REQUEST_BYTES)}"`), /at most 32768/],
  ])('is refused without a word of what is in it: %s', (_name, format, payload, message) => {
    expect(() => decodePayload(format, payload)).toThrow(message);
    expect(() => decodePayload(format, payload)).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', details: { field: 'payload' } }) as Error,
    );
  });

  it.each<PayloadFormat>(['json', 'cbor'])('never fails in another way: %s', (format) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (payload) => {
        try {
          decodePayload(format, payload);
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: 'payload' } });
        }
      }),
    );
  });
});

describe('the payload of an answer', () => {
  const anyDocument = fc.dictionary(
    fc.string({ unit: 'grapheme' }),
    fc.oneof(fc.string(), fc.integer(), fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 })),
    { maxKeys: 8 },
  );

  it.each<PayloadFormat>(['json', 'cbor'])('says the same in %s as it is read to say', (format) => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        expect(decodePayload(format, encodePayload(format, document))).toEqual({ ...document });
      }),
    );
  });
});
