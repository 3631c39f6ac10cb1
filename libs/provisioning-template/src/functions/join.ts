import type { FunctionReader } from '../expression.js';
import { readArguments } from './arguments.js';

/** `{"Fn::Join": ["-", ["a", "b"]]}`: the elements with the delimiter between them; the delimiter may be empty. */
export const readJoin: FunctionReader = (argument, reader) => {
  const { path } = argument;
  const [first, second] = readArguments(argument, 'Fn::Join', ['delimiter', 'list']);
  const delimiter = reader.text(first, 'The delimiter of "Fn::Join"');
  const values = reader.list(second, 'The list of "Fn::Join"');
  return {
    path,
    yields: 'text',
    evaluate: (evaluation) => {
      const between = delimiter.evaluate(evaluation);
      const elements = values.evaluate(evaluation);
      const length = elements.reduce((sum, element) => sum + element.length, 0);
      evaluation.spend(length + between.length * Math.max(0, elements.length - 1), path);
      return elements.join(between);
    },
  };
};
