import { DocumentFault } from '#thingcore/policy';
import { provisioningFault } from '../evaluation.js';
import type { FunctionReader } from '../expression.js';
import { readArguments } from './arguments.js';

/** Characters of a key that a refusal repeats: devices say it. */
const SHOWN_CHARACTERS = 64;

/** `{"Fn::FindInMap": ["Map", topLevelKey, secondLevelKey]}`: a value of the section `Mappings`. */
export const readFindInMap: FunctionReader = (argument, reader) => {
  const { path } = argument;
  const [first, second, third] = readArguments(argument, 'Fn::FindInMap', ['map', 'key', 'key']);
  const map = reader.text(first, 'The map of "Fn::FindInMap"');
  const topLevelKey = reader.text(second, 'The first key of "Fn::FindInMap"');
  const secondLevelKey = reader.text(third, 'The second key of "Fn::FindInMap"');
  if (map.literal !== undefined && !reader.mappings.has(map.literal)) {
    throw new DocumentFault(`"Mappings" has no map "${map.literal}"${choicesOf(reader.mappings)}`, first);
  }
  return {
    path,
    yields: 'either',
    evaluate: (evaluation) => {
      const groups = found(reader.mappings, map.evaluate(evaluation), map.path, '"Mappings"');
      const group = found(groups, topLevelKey.evaluate(evaluation), topLevelKey.path, 'The map');
      const value = found(group, secondLevelKey.evaluate(evaluation), secondLevelKey.path, 'The key of the map');
      evaluation.spend(typeof value === 'string' ? value.length : value.join('').length, path);
      return value;
    },
  };
};

function found<T>(map: ReadonlyMap<string, T>, key: string, path: string, noun: string): T {
  const value = map.get(key);
  if (value !== undefined) return value;
  const shown = key.length <= SHOWN_CHARACTERS ? key : `${key.slice(0, SHOWN_CHARACTERS)}…`;
  throw provisioningFault(path, `${noun} has no "${shown}"${choicesOf(map)}`);
}

function choicesOf(map: ReadonlyMap<string, unknown>): string {
  return map.size === 0 ? '' : `; it has ${[...map.keys()].map((key) => `"${key}"`).join(', ')}`;
}
