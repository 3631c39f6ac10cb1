import { DocumentFault } from '#thingcore/policy';
import { provisioningFault } from '../evaluation.js';
import type { FunctionReader } from '../expression.js';
import { readArguments } from './arguments.js';

const EMPTY = 'The delimiter of "Fn::Split" is empty';

/** `{"Fn::Split": [",", "a,b"]}`: the list of the texts between the delimiters. */
export const readSplit: FunctionReader = (argument, reader) => {
  const { path } = argument;
  const [first, second] = readArguments(argument, 'Fn::Split', ['delimiter', 'text']);
  const delimiter = reader.text(first, 'The delimiter of "Fn::Split"');
  if (delimiter.literal === '') throw new DocumentFault(EMPTY, first);
  const source = reader.text(second, 'The text of "Fn::Split"');
  return {
    path,
    yields: 'list',
    evaluate: (evaluation) => {
      const between = delimiter.evaluate(evaluation);
      if (between === '') throw provisioningFault(delimiter.path, EMPTY);
      return evaluation.produce(source.evaluate(evaluation), path).split(between);
    },
  };
};
