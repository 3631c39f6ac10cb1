import { DocumentFault, objectMembers, readText, type JsonNode } from '#thingcore/policy';
import type { Deferred } from '../evaluation.js';
import type { ArgumentReader, FunctionReader } from '../expression.js';
import { readArguments } from './arguments.js';

/**
 * `{"Fn::Sub": ["dev-${x}", {"x": ...}]}` or `{"Fn::Sub": "dev-${Parameter}"}`: the text with values in the place of
 * names. A name that the map lacks is a parameter; `${!name}` stays as the literal text `${name}`, which is how a policy
 * variable gets through. Values are inserted as they are, whatever they contain;
 * only a policy document wants plain ones.
 */
export const readSub: FunctionReader = (argument, reader) => {
  const { path } = argument;
  const [text, names] =
    argument.type === 'array' ? readArguments(argument, 'Fn::Sub', ['text', 'map']) : [argument, undefined];
  const values = readValues(names, reader);
  const parts = partsOf(text).map((part) => (part.isName ? valueOf(part.text, text, values, reader) : part.text));
  return {
    path,
    yields: 'text',
    evaluate: (evaluation) => {
      const texts = parts.map((part) => (typeof part === 'string' ? part : part.evaluate(evaluation)));
      evaluation.spend(
        texts.reduce((sum, part) => sum + part.length, 0),
        path,
      );
      return texts.join('');
    },
  };
};

function readValues(names: JsonNode | undefined, reader: ArgumentReader): ReadonlyMap<string, Deferred<string>> {
  if (names === undefined) return new Map();
  const members = objectMembers(names, 'The map of "Fn::Sub"');
  return new Map(members.map(({ name, value }) => [name, reader.text(value, `The value of "${name}"`)]));
}

function valueOf(
  name: string,
  text: JsonNode,
  values: ReadonlyMap<string, Deferred<string>>,
  reader: ArgumentReader,
): Deferred<string> {
  const value = values.get(name);
  if (value !== undefined) return value;
  const parameter = reader.parameter(name, text);
  return { evaluate: (evaluation) => evaluation.parameter(parameter, text.path) };
}

function partsOf(node: JsonNode): { text: string; isName: boolean }[] {
  const text = readText(node, 'The text of "Fn::Sub"');
  return (text.match(/\$\{[^}]*\}|\$\{|\$|[^$]+/g) ?? []).map((piece) => {
    if (piece === '${') throw new DocumentFault('"Fn::Sub" opens "${" without closing it', node);
    if (!piece.startsWith('${')) return { text: piece, isName: false };
    const name = piece.slice(2, -1);
    return name.startsWith('!') ? { text: `\${${name.slice(1)}}`, isName: false } : { text: name, isName: true };
  });
}
