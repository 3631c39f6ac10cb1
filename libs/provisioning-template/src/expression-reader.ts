import type { JsonValue } from '#thingcore/errors';
import { describeJson, DocumentFault, objectMembers, type JsonNode } from '#thingcore/policy';
import { provisioningFault, type Deferred } from './evaluation.js';
import type { ArgumentReader, Expression, FunctionReader, ListExpression, TextExpression } from './expression.js';
import { readFindInMap } from './functions/find-in-map.js';
import { readJoin } from './functions/join.js';
import { readRef } from './functions/ref.js';
import { readSelect } from './functions/select.js';
import { readSplit } from './functions/split.js';
import { readSub } from './functions/sub.js';
import type { Mappings } from './mappings.js';

const FUNCTIONS: ReadonlyMap<string, FunctionReader> = new Map([
  ['Ref', readRef],
  ['Fn::Join', readJoin],
  ['Fn::Select', readSelect],
  ['Fn::Split', readSplit],
  ['Fn::Sub', readSub],
  ['Fn::FindInMap', readFindInMap],
]);

/** Whether a value is meant as an intrinsic function, known or not. */
export function isFunction(node: JsonNode): boolean {
  return node.type === 'object' && node.members.some(({ name }) => name === 'Ref' || name.startsWith('Fn::'));
}

/** Reads the values of a template: literals and intrinsic functions. Its methods throw a `DocumentFault`. */
export class ExpressionReader implements ArgumentReader {
  constructor(
    private readonly parameters: ReadonlySet<string>,
    readonly mappings: Mappings,
  ) {}

  text(node: JsonNode, noun: string): TextExpression {
    const { path } = node;
    if (node.type === 'scalar' && typeof node.value === 'string') {
      const literal = node.value;
      return { path, literal, evaluate: () => literal };
    }
    if (!isFunction(node)) {
      throw new DocumentFault(
        `${noun} must be a string or a function that yields one, not ${describeJson(node)}`,
        node,
      );
    }
    const expression = this.call(node);
    if (expression.yields === 'list') throw new DocumentFault(`${noun} must be a string, not a list`, node);
    return {
      path,
      evaluate: (evaluation) => {
        const value = expression.evaluate(evaluation);
        if (typeof value === 'string') return value;
        throw provisioningFault(path, `${noun} must be a string, not a list`);
      },
    };
  }

  list(node: JsonNode, noun: string): ListExpression {
    const { path } = node;
    if (node.type === 'array') {
      const items = node.items.map((item) => this.text(item, `An element of ${lowerFirst(noun)}`));
      return { path, evaluate: (evaluation) => items.map((item) => item.evaluate(evaluation)) };
    }
    if (!isFunction(node)) {
      throw new DocumentFault(
        `${noun} must be an array or a function that yields a list, not ${describeJson(node)}`,
        node,
      );
    }
    const expression = this.call(node);
    if (expression.yields === 'text') throw new DocumentFault(`${noun} must be a list, not a string`, node);
    return {
      path,
      evaluate: (evaluation) => {
        const value = expression.evaluate(evaluation);
        if (typeof value !== 'string') return value;
        throw provisioningFault(path, `${noun} must be a list, not a string`);
      },
    };
  }

  /** Reads a JSON value with functions anywhere inside. */
  json(node: JsonNode): Deferred<JsonValue> {
    if (node.type === 'scalar') {
      const literal = node.value;
      return { evaluate: () => literal };
    }
    if (node.type === 'array') {
      const items = node.items.map((item) => this.json(item));
      return { evaluate: (evaluation) => items.map((item) => item.evaluate(evaluation)) };
    }
    if (isFunction(node)) {
      const expression = this.call(node);
      return {
        evaluate: (evaluation) => {
          const value = expression.evaluate(evaluation);
          return typeof value === 'string' ? value : [...value];
        },
      };
    }
    const members = objectMembers(node, 'A value').map(({ name, value }) => ({ name, value: this.json(value) }));
    return {
      // `fromEntries` makes a member of the name `__proto__` too, where an assignment would change the prototype.
      evaluate: (evaluation) =>
        Object.fromEntries(members.map(({ name, value }) => [name, value.evaluate(evaluation)])),
    };
  }

  /** Reads a text that must be one of a few; `normalize` is applied first. */
  choice<T extends string>(
    node: JsonNode,
    noun: string,
    choices: readonly T[],
    normalize: (text: string) => string = (text) => text,
  ): Deferred<T> {
    const text = this.text(node, noun);
    const pick = (value: string) => choices.find((choice) => choice === normalize(value));
    const refusal = (value: string) => `${noun} is "${value}"; it must be ${choices.join(', ')}`;
    if (text.literal !== undefined && pick(text.literal) === undefined) {
      throw new DocumentFault(refusal(text.literal), node);
    }
    return {
      evaluate: (evaluation) => {
        const value = text.evaluate(evaluation);
        const picked = pick(value);
        if (picked !== undefined) return picked;
        throw provisioningFault(node.path, refusal(value));
      },
    };
  }

  parameter(name: string, node: JsonNode): string {
    if (this.parameters.has(name)) return name;
    const declared = [...this.parameters].map((parameter) => `"${parameter}"`).join(', ');
    const choices = declared === '' ? 'there are none' : `there are ${declared}`;
    throw new DocumentFault(`"${name}" is no parameter of this template: ${choices}; declare it in "Parameters"`, node);
  }

  private call(node: JsonNode): Expression {
    const members = objectMembers(node, 'A function');
    const [member, ...others] = members;
    if (member === undefined || others.length > 0) {
      const names = members.map(({ name }) => `"${name}"`).join(', ');
      throw new DocumentFault(`A function stands alone in its object, but this one has ${names}`, node);
    }
    const read = FUNCTIONS.get(member.name);
    if (read !== undefined) return read(member.value, this);
    throw new DocumentFault(
      `There is no function "${member.name}"; there are ${[...FUNCTIONS.keys()].join(', ')}`,
      member,
    );
  }
}

function lowerFirst(noun: string): string {
  return noun.charAt(0).toLowerCase() + noun.slice(1);
}
