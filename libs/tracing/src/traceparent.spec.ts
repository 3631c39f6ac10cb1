import { readTraceparent, writeTraceparent } from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each([
    ['of a sampled trace', `00-${TRACE}-${SPAN}-01`, 1],
    ['of a trace that is not sampled', `00-${TRACE}-${SPAN}-00`, 0],
    ['with flags of later versions', `00-${TRACE}-${SPAN}-03`, 1],
    ['of a later version with more fields', `cc-${TRACE}-${SPAN}-01-what-the-future-brings`, 1],
  ])('%s is read', (_name, text, traceFlags) => {
    expect(readTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['another text', 'x'],
    ['the version that is forbidden', `ff-${TRACE}-${SPAN}-01`],
    ['version 00 with more fields', `00-${TRACE}-${SPAN}-01-more`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ])('is not read from %s', (_name, text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });

  it('is written as it is read', () => {
    for (const text of [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`]) {
      expect(writeTraceparent(readTraceparent(text)!)).toBe(text);
    }
  });
});
