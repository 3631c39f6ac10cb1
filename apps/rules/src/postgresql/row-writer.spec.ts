import { DatabaseError } from 'pg';
import type { InsertStatement, Row, Target } from './insert-statement.js';
import { RowWriter } from './row-writer.js';

const TARGET: Target = { table: '"t"', conflictColumns: [], onConflict: 'fail' };
const row = (n: number): Row => ({ columns: ['n'], cells: [n] });

function sqlError(code: string, message: string): DatabaseError {
  const error = new DatabaseError(message, 0, 'error');
  error.code = code;
  return error;
}

/** A destination that throws `error` for every statement with a value that `isBad`. */
async function write(values: number[], isBad: (n: number) => boolean, error: Error) {
  const statements: number[] = [];
  const run = ({ values: cells }: InsertStatement) => {
    statements.push(cells.length);
    return cells.some((cell) => isBad(Number(cell))) ? Promise.reject(error) : Promise.resolve();
  };
  const writer = new RowWriter(TARGET, run);
  const outcomes = await Promise.allSettled(values.map((n) => writer.write(row(n))));
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
  return { statements, outcomes: outcomes.map(({ status }) => status === 'fulfilled'), errors };
}

describe('RowWriter', () => {
  it('writes rows that come together in one statement', async () => {
    const { statements, outcomes } = await write([1, 2, 3], () => false, new Error());
    expect([statements, outcomes]).toEqual([[3], [true, true, true]]);
  });

  it('tries each row alone when a value of one is refused', async () => {
    const error = sqlError('22P02', 'invalid input syntax');
    const { statements, outcomes, errors } = await write([1, 2, 3], (n) => n === 2, error);
    expect([statements, outcomes]).toEqual([
      [3, 1, 1, 1],
      [true, false, true],
    ]);
    expect(errors[0]).toMatchObject({
      code: 'InvalidRequest',
      retryable: false,
      message: 'PostgreSQL refused the row: invalid input syntax',
      details: { sqlState: '22P02' },
    });
  });

  it('does not try rows alone when the statement itself is at fault', async () => {
    const error = sqlError('42P01', 'relation "t" does not exist');
    const { statements, errors } = await write([1, 2, 3], () => true, error);
    expect(statements).toEqual([3]);
    expect(errors).toHaveLength(3);
    expect(errors.every((each) => 'retryable' in each && !each.retryable)).toBe(true);
  });

  it.each([
    ['a lost connection', sqlError('08006', 'connection failure')],
    ['a server that shuts down', sqlError('57P01', 'terminating connection')],
    ['a server that refuses connections', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a deadlock', sqlError('40P01', 'deadlock detected')],
    ['a statement that takes too long', sqlError('57014', 'canceling statement due to statement timeout')],
    ['a server that does not answer', new Error('Query read timeout')],
    ['too many connections', sqlError('53300', 'too many clients')],
  ])('leaves %s for a later try of all rows', async (_name, error) => {
    const { statements, errors } = await write([1, 2], () => true, error);
    expect(statements).toEqual([2]);
    expect(errors).toMatchObject([{ retryable: true }, { retryable: true }]);
  });
});
