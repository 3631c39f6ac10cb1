import fc from 'fast-check';
import { insertStatement, type Row, splitRows, type Target } from './insert-statement.js';

const target = (more: Partial<Target> = {}): Target => ({
  table: '"public"."t"',
  conflictColumns: [],
  onConflict: 'fail',
  ...more,
});
const row = (members: Record<string, string | number | boolean | null>): Row => ({
  columns: Object.keys(members),
  cells: Object.values(members),
});

describe('insertStatement', () => {
  it('inserts many rows at once and puts no value into the text', () => {
    const rows = [row({ a: 1, b: "x'; DROP TABLE t" }), row({ a: null, b: 'y' })];
    expect(insertStatement(target(), ['a', 'b'], rows)).toEqual({
      text: 'INSERT INTO "public"."t" ("a", "b") VALUES ($1, $2), ($3, $4)',
      values: [1, "x'; DROP TABLE t", null, 'y'],
    });
  });

  it('quotes names', () => {
    expect(insertStatement(target(), ['a"b'], [row({ 'a"b': 1 })]).text).toContain('("a""b")');
  });

  it.each([
    ['nothing, by no key', { onConflict: 'nothing' }, ' ON CONFLICT DO NOTHING'],
    ['nothing, by a key', { onConflict: 'nothing', conflictColumns: ['a'] }, ' ON CONFLICT ("a") DO NOTHING'],
    [
      'an update',
      { onConflict: 'update', conflictColumns: ['a'] },
      ' ON CONFLICT ("a") DO UPDATE SET "b" = EXCLUDED."b"',
    ],
    [
      'an update of key columns only',
      { onConflict: 'update', conflictColumns: ['a', 'b'] },
      ' ON CONFLICT ("a", "b") DO NOTHING',
    ],
  ] as const)('does on conflict %s', (_name, more, clause) => {
    expect(insertStatement(target(more), ['a', 'b'], [row({ a: 1, b: 2 })]).text).toMatch(
      new RegExp(`${clause.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    );
  });
});

describe('splitRows', () => {
  it('puts rows of different columns into different statements', () => {
    const [one, two, three] = [row({ a: 1 }), row({ b: 1 }), row({ a: 2 })] as const;
    expect(splitRows(target(), [one, two, three])).toEqual([[one, three], [two]]);
  });

  it('stays under the 65,535 parameters of a statement', () => {
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, column) => [`c${column}`, column]));
    const rows = Array.from({ length: 100 }, () => row(wide));
    expect(splitRows(target(), rows).map(({ length }) => length)).toEqual([65, 35]);
  });

  it('holds no key twice in a statement and keeps the order of each key', () => {
    const upsert = target({ onConflict: 'update', conflictColumns: ['k'] });
    const anyRow = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer(), fc.boolean())
      .map(([k, v, isWide]) => row(isWide ? { k, v, w: 1 } : { k, v }));
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 30 }), (rows) => {
        const groups = splitRows(upsert, rows);
        for (const group of groups) {
          expect(new Set(group.map(({ cells }) => cells[0])).size).toBe(group.length);
          expect(new Set(group.map(({ columns }) => columns.join())).size).toBe(1);
        }
        for (const key of [0, 1, 2, 3]) {
          expect(groups.flat().filter(({ cells }) => cells[0] === key)).toEqual(
            rows.filter(({ cells }) => cells[0] === key),
          );
        }
      }),
    );
  });
});
