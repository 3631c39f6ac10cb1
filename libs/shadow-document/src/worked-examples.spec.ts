import { type JsonValue } from '#thingcore/errors';
import {
  applyUpdate,
  deleteDocument,
  getDocument,
  noShadowError,
  parseUpdateRequest,
  rejectedDocument,
  type ShadowRecord,
} from './index.js';
import { refusal } from './refusal.cases.js';
import { aShadow, deepFreeze } from './shadow-record.cases.js';
import { WORKED_EXAMPLES, type WorkedExample } from './worked-examples.cases.js';

const accepted = WORKED_EXAMPLES.filter((example) => example.accepted !== undefined);
const rejected = WORKED_EXAMPLES.filter((example) => example.rejected !== undefined);
const got = WORKED_EXAMPLES.filter((example) => example.got !== undefined);

describe('the worked examples', () => {
  it('are thirty, each accepted or rejected', () => {
    expect(WORKED_EXAMPLES).toHaveLength(30);
    expect(accepted.length + rejected.length).toBe(30);
  });

  it.each(accepted)('$name: publishes the documented messages', (example) => {
    const result = run(example);
    expect(result.accepted).toEqual(json(example.accepted));
    expect(result.delta).toEqual(json(example.delta));
    if (example.documents !== undefined) expect(result.documents).toEqual(json(example.documents));
    if (example.current !== undefined) expect(result.documents.current.state).toEqual(json(example.current));
    expect(result.documents.current).toEqual(result.record);
    expect(result.record.version).toBe(result.accepted.version);
  });

  it.each(got)('$name: reads back as documented', (example) => {
    const document = getDocument(run(example).record, 300);
    expect(document).toMatchObject({ timestamp: 300 });
    const expected = json(example.got) as { state: JsonValue; metadata?: JsonValue; version: number };
    expect(document.state).toEqual(expected.state);
    expect(document.version).toBe(expected.version);
    if (expected.metadata !== undefined) expect(document.metadata).toEqual(expected.metadata);
  });

  it.each(rejected)('$name: is refused with the documented error', (example) => {
    const document = rejectedDocument(
      refusal(() => run(example)),
      200,
    );
    expect(document).toEqual({ ...(json(example.rejected) as object), timestamp: 200 });
  });

  // E29: what is said between the deletion and the re-creation.
  it('E29: the deletion tells the last version, a get in between finds no shadow', () => {
    expect(deleteDocument(4, 200)).toEqual({ version: 4, timestamp: 200 });
    expect(rejectedDocument(noShadowError('press7'), 210)).toEqual({
      code: 404,
      message: "No shadow exists with name: 'press7'",
      timestamp: 210,
    });
  });

  // E30: the merged document is measured, so nulls in the same request make room.
  it('E30: the same request with a null for another key is accepted', () => {
    const stored = WORKED_EXAMPLES.at(-1)?.stored ?? '';
    const request = '{"state":{"reported":{"note":"abcdefghijklmnop","fill":null}}}';
    const { record } = run({ name: 'E30', now: 200, stored, request });
    expect(record).toMatchObject({ state: { reported: { note: 'abcdefghijklmnop' } }, version: 78 });
  });
});

function run(example: WorkedExample) {
  const request = deepFreeze(parseUpdateRequest(example.request));
  const previous = example.previousVersion === undefined ? {} : { previousVersion: example.previousVersion };
  return applyUpdate(storedOf(example), request, example.now, previous);
}

function storedOf(example: WorkedExample): ShadowRecord | undefined {
  if (example.stored === undefined) return undefined;
  const { state, version } = JSON.parse(example.stored) as Pick<ShadowRecord, 'state' | 'version'>;
  return aShadow(state, version);
}

function json(text: string | undefined): JsonValue | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
}
