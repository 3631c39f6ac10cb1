import {
  encodeEvent,
  encodeRequest,
  joinBatch,
  splitBatch,
  type WireEvent,
  type WireRequest,
} from './redis-envelope.js';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('the envelope of a message', () => {
  it('ends with the traceparent within a trace, after all that a reader of the release before knows', () => {
    const request = encodeRequest(1, 'a.b.v1', 500, 'id', '{"n":1}', TRACEPARENT);
    const event = encodeEvent('a.b.v1', 'id', { n: 1 }, TRACEPARENT);
    expect(splitBatch<WireRequest>(joinBatch([request]))).toEqual([[1, 'a.b.v1', 500, 'id', { n: 1 }, TRACEPARENT]]);
    expect(splitBatch<WireEvent>(joinBatch([event]))).toEqual([['id', { n: 1 }, TRACEPARENT]]);
  });

  it('is what it was outside of any', () => {
    expect(encodeRequest(1, 'a.b.v1', 500, 'id', '{"n":1}')).toBe('[1,"a.b.v1",500,"id",{"n":1}]');
    expect(encodeEvent('a.b.v1', 'id', { n: 1 })).toBe('["id",{"n":1}]');
  });

  it('has no room for one without a payload', () => {
    expect(encodeRequest(1, 'a.b.v1', 500, 'id', undefined, TRACEPARENT)).toBe('[1,"a.b.v1",500,"id"]');
    expect(encodeEvent('a.b.v1', 'id', undefined, TRACEPARENT)).toBe('["id"]');
  });
});
