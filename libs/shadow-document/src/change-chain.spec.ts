import fc from 'fast-check';
import {
  applyUpdate,
  type ChangeChain,
  getDocument,
  getDocumentText,
  type ShadowRecord,
  type ShadowTexts,
  unfoldChanges,
  unfoldUpdates,
  updateMessages,
} from './index.js';
import { limits, record, request, text } from './shadow-arbitraries.cases.js';
import { aShadow } from './shadow-record.cases.js';

const textsOf = ({ state, metadata, version }: ShadowRecord): ShadowTexts => ({
  state: JSON.stringify(state),
  metadata: JSON.stringify(metadata),
  version,
});
/** As an event carries it: through JSON. */
const received = (chain: ChangeChain) => JSON.parse(JSON.stringify(chain)) as ChangeChain;

describe('unfoldChanges', () => {
  it('gives every update of a chain what it would have had alone, whatever the updates', () => {
    fc.assert(
      fc.property(record, fc.array(request, { maxLength: 4 }), (first, requests) => {
        let shadow = first;
        const expected = requests.map((update, index) => {
          const { record: next, ...messages } = applyUpdate(shadow, update, 200 + index, { limits });
          shadow = next;
          return messages;
        });
        const steps = requests.map(({ state: requested }, index) => ({
          requested,
          version: first.version + index + 1,
          timestamp: 200 + index,
        }));
        const unfolded = unfoldUpdates(received({ previous: textsOf(first), steps }));
        expect(unfolded.map((update) => text(updateMessages(update, update.current)))).toEqual(expected.map(text));
        expect(text(unfolded.at(-1)?.current ?? first)).toBe(text(shadow));
      }),
    );
  });

  it('begins again after a deletion, and tells it with its token', () => {
    const chain = {
      previous: textsOf(aShadow({ reported: { a: 1 } }, 4)),
      steps: [
        { requested: { reported: { b: 2 } }, version: 5, timestamp: 200, clientToken: 'set' },
        { version: 5, timestamp: 201, clientToken: 'delete' },
        { requested: null, version: 6, timestamp: 202 },
      ],
    };
    expect(unfoldChanges(received(chain))).toMatchObject([
      { kind: 'update', version: 5, clientToken: 'set', current: { state: { reported: { a: 1, b: 2 } } } },
      { kind: 'deletion', deleted: { version: 5, timestamp: 201, clientToken: 'delete' } },
      { kind: 'update', version: 6, requested: null, previous: null, current: { state: {}, version: 6 } },
    ]);
  });
});

describe('getDocumentText', () => {
  it('is getDocument as text, whatever the shadow', () => {
    fc.assert(
      fc.property(record, fc.option(fc.string({ unit: 'binary' }), { nil: undefined }), (shadow, clientToken) => {
        const document = JSON.parse(getDocumentText(textsOf(shadow), 200, clientToken)) as unknown;
        expect(text(document)).toBe(text(JSON.parse(JSON.stringify(getDocument(shadow, 200, clientToken)))));
      }),
    );
  });
});
