import { IotError } from '#thingcore/errors';

/** A refusal of the text at `offset`: `SqlParse` with details {line, column}, both counted from 1. */
export function syntaxError(source: string, offset: number, problem: string): IotError {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  return new IotError('SqlParse', `Line ${line}, column ${column}: ${problem}`, { details: { line, column } });
}
