import fc from 'fast-check';
import { nameRange, prefixEnd } from './name-range.js';

const NAME_CHARACTERS = 'abcxyzABCXYZ0129:_-.,@/#=[]';
const text = fc.string({ unit: fc.constantFrom(...NAME_CHARACTERS), maxLength: 6 });

describe('prefixEnd', () => {
  it('parts the texts with a prefix from all others', () => {
    fc.assert(
      fc.property(text, text, (prefix, value) => {
        expect(value >= prefix && value < prefixEnd(prefix)).toBe(value.startsWith(prefix));
      }),
    );
  });

  it('is behind every text with the prefix', () => {
    fc.assert(fc.property(text, text, (prefix, rest) => prefix + rest < prefixEnd(prefix)));
  });
});

describe('nameRange', () => {
  it('holds every name when nothing is asked', () => {
    expect(nameRange()).toEqual({ after: '', from: '', below: '~' });
  });

  it('begins behind the name that the page before ended with', () => {
    expect(nameRange('lamp', 'lamp-7')).toEqual({ after: 'lamp-7', from: 'lamp', below: 'lamq' });
  });
});
