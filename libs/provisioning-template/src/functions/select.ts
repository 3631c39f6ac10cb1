import { describeJson, DocumentFault, type JsonNode } from '#thingcore/policy';
import { provisioningFault, type Deferred, type Evaluation } from '../evaluation.js';
import type { ArgumentReader, FunctionReader } from '../expression.js';
import { readArguments } from './arguments.js';

/** `{"Fn::Select": [1, ["a", "b"]]}`: the element at an index counted from 0. */
export const readSelect: FunctionReader = (argument, reader) => {
  const { path } = argument;
  const [first, second] = readArguments(argument, 'Fn::Select', ['index', 'list']);
  const index = readIndex(first, reader);
  const elements = readElements(second, reader);
  return {
    path,
    yields: 'text',
    evaluate: (evaluation) => {
      const at = index.evaluate(evaluation);
      const { length, get } = elements.evaluate(evaluation);
      // AWS: "Fn::Select", null values and an index out of the range are errors.
      if (at >= length) {
        throw provisioningFault(path, `"Fn::Select" asks for element ${at}, counted from 0, of a list of ${length}`);
      }
      const element = get(at);
      if (element === null) throw provisioningFault(path, `"Fn::Select" selects null: element ${at} of the list`);
      return element;
    },
  };
};

function readIndex(node: JsonNode, reader: ArgumentReader): Deferred<number> {
  if (node.type === 'scalar' && typeof node.value === 'number') {
    const index = node.value;
    if (Number.isSafeInteger(index) && index >= 0) return { evaluate: () => index };
    throw new DocumentFault(`The index of "Fn::Select" is a whole number from 0, not ${describeJson(node)}`, node);
  }
  const text = reader.text(node, 'The index of "Fn::Select"');
  return {
    evaluate: (evaluation) => {
      const digits = text.evaluate(evaluation);
      if (/^\d{1,9}$/.test(digits)) return Number(digits);
      throw provisioningFault(node.path, `The index of "Fn::Select" is a whole number from 0, not "${digits}"`);
    },
  };
}

interface Elements {
  readonly length: number;
  readonly get: (index: number) => string | null;
}

/** Of a list that is written out only the element selected is evaluated, and `null` is harmless while nobody selects it. */
function readElements(node: JsonNode, reader: ArgumentReader): Deferred<Elements> {
  if (node.type !== 'array') {
    const list = reader.list(node, 'The list of "Fn::Select"');
    return {
      evaluate: (evaluation) => {
        const values = list.evaluate(evaluation);
        return { length: values.length, get: (index) => values[index] ?? null };
      },
    };
  }
  const items = node.items.map((item) =>
    item.type === 'scalar' && item.value === null ? null : reader.text(item, 'An element of the list of "Fn::Select"'),
  );
  return {
    evaluate: (evaluation: Evaluation) => ({
      length: items.length,
      get: (index) => items[index]?.evaluate(evaluation) ?? null,
    }),
  };
}
