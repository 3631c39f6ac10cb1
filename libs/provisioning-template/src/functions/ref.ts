import { readText } from '#thingcore/policy';
import type { FunctionReader } from '../expression.js';

/** `{"Ref": "Parameter"}`: the value of a parameter. */
export const readRef: FunctionReader = (argument, reader) => {
  const name = reader.parameter(readText(argument, '"Ref"'), argument);
  const { path } = argument;
  return { path, yields: 'text', evaluate: (evaluation) => evaluation.parameter(name, path) };
};
