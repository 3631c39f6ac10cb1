import { deleteDocument, getDocument } from './index.js';
import { aShadow } from './shadow-record.cases.js';

describe('getDocument', () => {
  it('tells both sections, the delta, the old write times and the time of the answer', () => {
    const record = aShadow({ desired: { a: 1, b: 2 }, reported: { a: 1 } }, 7);
    expect(getDocument(record, 200, 'c-1')).toEqual({
      state: { desired: { a: 1, b: 2 }, reported: { a: 1 }, delta: { b: 2 } },
      metadata: {
        desired: { a: { timestamp: 100 }, b: { timestamp: 100 } },
        reported: { a: { timestamp: 100 } },
      },
      version: 7,
      timestamp: 200,
      clientToken: 'c-1',
    });
  });

  it('has neither delta nor token where there is none', () => {
    const document = getDocument(aShadow({ desired: { a: 1 }, reported: { a: 1 } }), 200);
    expect(document.state).not.toHaveProperty('delta');
    expect(document).not.toHaveProperty('clientToken');
  });
});

describe('deleteDocument', () => {
  it('is the abbreviated document with the version that was deleted', () => {
    expect(deleteDocument(9, 200, 'c-1')).toEqual({ version: 9, timestamp: 200, clientToken: 'c-1' });
  });
});
