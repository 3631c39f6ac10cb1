import { EXIT_CODES, Failure, toFailure } from './failure.js';
import { Output, table } from './output.js';

function outputOf(isJson: boolean, isTTY = false) {
  const texts = { out: '', err: '' };
  const out = { write: (text: string) => (texts.out += text) };
  const err = { write: (text: string) => (texts.err += text), isTTY };
  return { output: new Output(out, err, isJson), texts };
}

describe('Output', () => {
  it('says a result as lines for people, and as one document for programs', () => {
    const people = outputOf(false);
    people.output.result({ n: 1 }, ['one', 'two']);
    expect(people.texts).toEqual({ out: 'one\ntwo\n', err: '' });
    const program = outputOf(true);
    program.output.progress('half');
    program.output.note('by the way');
    program.output.result({ n: 1 }, ['one']);
    expect(program.texts).toEqual({ out: '{"n":1}\n', err: '' });
  });

  it('tells a failure on stderr: a line for people, a document for programs', () => {
    const failure = new Failure('ResourceNotFound', 'There is none', EXIT_CODES.failed, { name: 'x' });
    const people = outputOf(false);
    people.output.failure(failure);
    expect(people.texts).toEqual({ out: '', err: 'thingcore: There is none\n' });
    const program = outputOf(true);
    program.output.failure(failure);
    expect(JSON.parse(program.texts.err)).toEqual({
      error: { code: 'ResourceNotFound', message: 'There is none', details: { name: 'x' } },
    });
  });

  it('shows progress in one line of a terminal, and in lines that differ elsewhere', () => {
    const terminal = outputOf(false, true);
    for (const line of ['1 %', '2 %', '2 %']) terminal.output.progress(line);
    terminal.output.result({}, ['done']);
    expect(terminal.texts).toEqual({ out: 'done\n', err: '\r\u001b[2K1 %\r\u001b[2K2 %\n' });
    const pipe = outputOf(false);
    for (const line of ['1 %', '2 %', '2 %']) pipe.output.progress(line);
    expect(pipe.texts.err).toBe('1 %\n2 %\n');
  });
});

describe('table', () => {
  it('makes columns as wide as they must be', () => {
    expect(
      table(
        ['NAME', 'N'],
        [
          ['lamp', '1'],
          ['long-name', ''],
        ],
      ),
    ).toEqual(['NAME       N', 'lamp       1', 'long-name']);
  });
});

describe('toFailure', () => {
  it('tells what nobody foresaw in its own words, without a stack', () => {
    const error = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect(toFailure(error)).toMatchObject({ code: 'EACCES', message: 'EACCES: permission denied', exitCode: 1 });
    expect(toFailure('odd')).toMatchObject({ code: 'UnexpectedFailure', message: 'odd' });
  });
});
