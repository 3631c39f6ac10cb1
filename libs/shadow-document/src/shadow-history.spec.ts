import fc from 'fast-check';
import {
  applyUpdate,
  changesField,
  diffState,
  type KeptChange,
  parseFieldPath,
  patchOf,
  patchState,
  replayHistory,
  revertPatch,
  type ShadowRecord,
  type ShadowState,
  undoOf,
  type UpdateRequest,
} from './index.js';
import { limits, record, request, text } from './shadow-arbitraries.cases.js';
import { deepFreeze } from './shadow-record.cases.js';

const change = (version: number, before: ShadowState | undefined, after: ShadowState | undefined): KeptChange => ({
  version,
  at: 1000 * version,
  undo: undoOf(before, after),
  isDeletion: after === undefined,
});

/** The states that updates leave, with what is kept of each; the latest first. */
function history(requests: UpdateRequest[]): { states: ShadowState[]; changes: KeptChange[] } {
  const states: ShadowState[] = [];
  const changes: KeptChange[] = [];
  let current: ShadowRecord | undefined;
  for (const [index, update] of requests.entries()) {
    const next = deepFreeze(applyUpdate(current, update, 100 + index, { limits }).record);
    // As it is stored: a text of JSON.
    changes.unshift(JSON.parse(JSON.stringify(change(next.version, current?.state, next.state))) as KeptChange);
    states.unshift(next.state);
    current = next;
  }
  return { states, changes };
}

const requests = fc.array(request, { minLength: 1, maxLength: 6 });

describe('diffState', () => {
  it('gives the patch that makes one state of another, and an empty one for the same state', () => {
    fc.assert(
      fc.property(record, record, ({ state: from }, { state: to }) => {
        const patch = diffState(from, to);
        expect(text(patchState(from, deepFreeze(patch)))).toBe(text(to));
        expect(diffState(to, JSON.parse(JSON.stringify(to)) as ShadowState)).toEqual({});
      }),
    );
  });

  it.each<[string, ShadowState, ShadowState, object]>([
    ['a value set', { desired: { a: 1 } }, { desired: { a: 1, b: 2 } }, { desired: { b: 2 } }],
    ['a key removed', { desired: { a: 1, b: 2 } }, { desired: { a: 1 } }, { desired: { b: null } }],
    [
      'a nested key',
      { reported: { a: { b: 1, c: 1 } } },
      { reported: { a: { b: 2, c: 1 } } },
      { reported: { a: { b: 2 } } },
    ],
    ['an array, whole', { reported: { a: [1, 2] } }, { reported: { a: [1, 3] } }, { reported: { a: [1, 3] } }],
    ['a section that goes', { desired: { a: 1 } }, {}, { desired: null }],
    ['a section that comes', {}, { desired: { a: 1 } }, { desired: { a: 1 } }],
    ['an object emptied', { desired: { a: { b: 1 } } }, { desired: { a: {} } }, { desired: { a: { b: null } } }],
    ['a scalar in place of an object', { desired: { a: { b: 1 } } }, { desired: { a: 1 } }, { desired: { a: 1 } }],
    ['nothing for equal numbers', { desired: { a: 0 } }, { desired: { a: -0 } }, {}],
  ])('names %s and nothing else', (_name, from, to, patch) => {
    expect(diffState(from, to)).toEqual(patch);
  });

  it('treats __proto__ as a key like any other', () => {
    const to = JSON.parse('{"desired":{"__proto__":{"a":1}}}') as ShadowState;
    const patch = diffState({ desired: { b: 1 } }, to);
    expect(JSON.stringify(patch)).toBe('{"desired":{"b":null,"__proto__":{"a":1}}}');
    expect(JSON.stringify(patchState({ desired: { b: 1 } }, patch))).toBe(JSON.stringify(to));
  });
});

describe('replayHistory', () => {
  it('gives back every state that updates left, the one before the first included', () => {
    fc.assert(
      fc.property(requests, (updates) => {
        const { states, changes } = history(updates);
        const replayed = replayHistory(states[0], deepFreeze(changes));
        expect(replayed.map(({ after }) => text(after))).toEqual(states.map(text));
        expect(replayed.map(({ before }) => text(before))).toEqual([...states.slice(1).map(text), 'undefined']);
      }),
    );
  });

  it('tells of each change what makes its state out of the one before', () => {
    fc.assert(
      fc.property(requests, (updates) => {
        const { states, changes } = history(updates);
        for (const replayed of replayHistory(states[0], changes)) {
          expect(text(patchState(replayed.before ?? {}, patchOf(replayed)))).toBe(text(replayed.after));
        }
      }),
    );
  });

  it('goes back beyond a deletion', () => {
    const state: ShadowState = { desired: { a: 1 }, reported: { b: [2] } };
    const changes = [change(3, undefined, { desired: { c: 3 } }), change(2, state, undefined)];
    const replayed = replayHistory({ desired: { c: 3 } }, changes);
    expect(replayed.map(({ before }) => before)).toEqual([undefined, state]);
    expect(replayed.map(patchOf)).toEqual([{ desired: { c: 3 } }, { desired: null, reported: null }]);
  });
});

describe('revertPatch', () => {
  it('is an update after which the section is as it was, and the other as it is', () => {
    fc.assert(
      fc.property(requests, fc.nat(5), (updates, back) => {
        const { states } = history(updates);
        const [current, target] = [states[0] ?? {}, states[Math.min(back, states.length - 1)] ?? {}];
        const desired = revertPatch('desired', current, target);
        const stored: ShadowRecord = { state: current, metadata: {}, version: 9 };
        const update = { state: desired === undefined ? {} : { desired } };
        const { state } = applyUpdate(stored, update, 300, { limits }).record;
        expect(text(state.desired)).toBe(text(target.desired));
        expect(text(state.reported)).toBe(text(current.reported));
      }),
    );
  });
});

describe('changesField', () => {
  const state: ShadowState = { desired: { led: { color: 'red', on: true }, list: [1] } };
  it.each<[string, ShadowState | undefined, string, boolean]>([
    [
      'a value that is another',
      { desired: { led: { color: 'blue', on: true }, list: [1] } },
      'desired.led.color',
      true,
    ],
    ['its neighbour', { desired: { led: { color: 'blue', on: true }, list: [1] } }, 'desired.led.on', false],
    ['the object around it', { desired: { led: { color: 'blue', on: true }, list: [1] } }, 'desired.led', true],
    ['what an object loses as a whole', { desired: { list: [1] } }, 'desired.led.color', true],
    ['what never was there', { desired: { list: [1] } }, 'desired.led.size', false],
    ['the other section', { ...state, reported: { a: 1 } }, 'desired', false],
    ['a section that comes', { ...state, reported: { a: 1 } }, 'reported', true],
    ['all of a shadow that is deleted', undefined, 'desired.list', true],
  ])('sees %s', (_name, after, field, expected) => {
    expect(changesField({ kept: change(2, state, after), before: state, after }, parseFieldPath(field) ?? [])).toBe(
      expected,
    );
  });
});

describe('parseFieldPath', () => {
  it.each([
    ['desired', ['desired']],
    ['reported.a.b', ['reported', 'a', 'b']],
    ['', undefined],
    ['metadata.desired', undefined],
    ['desired..a', undefined],
    ['desired.', undefined],
  ])('reads "%s"', (field, path) => {
    expect(parseFieldPath(field)).toEqual(path);
  });
});
