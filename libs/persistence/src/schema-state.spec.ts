import { stateOf } from './schema-state.js';

const [A, B, C] = ['A1', 'B2', 'C3'];

describe('stateOf', () => {
  it.each([
    { name: 'what it knows', recorded: [A, B], release: 4, expected: { kind: 'usable' } },
    { name: 'what it knows, of before releases', recorded: [A, B], release: undefined, expected: { kind: 'usable' } },
    { name: 'one more, of the next release', recorded: [A, B, C], release: 5, expected: { kind: 'usable' } },
    { name: 'one more, of its own release', recorded: [A, B, C], release: 4, expected: { kind: 'usable' } },
    { name: 'nothing', recorded: [], release: undefined, expected: { kind: 'older', missing: [A, B] } },
    { name: 'too little', recorded: [A], release: 3, expected: { kind: 'older', missing: [B] } },
    {
      name: 'one more, of the release after the next',
      recorded: [A, B, C],
      release: 6,
      expected: { kind: 'newer', unknown: [C], release: 6 },
    },
    {
      name: 'one more, of nobody knows which release',
      recorded: [A, B, C],
      release: undefined,
      expected: { kind: 'newer', unknown: [C], release: undefined },
    },
    {
      name: 'one more and one less',
      recorded: [A, C],
      release: 5,
      expected: { kind: 'newer', unknown: [C], release: 5 },
    },
  ])('says of a schema with $name: $expected.kind', ({ recorded, release, expected }) => {
    expect(stateOf({ migrations: recorded, release }, [A, B], 4)).toEqual(expected);
  });
});
