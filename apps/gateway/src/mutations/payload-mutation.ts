import type { Type } from '@nestjs/common';
import { Extensions, Field, Mutation, ObjectType, PartialType } from '@nestjs/graphql';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { UserError } from './user-error.type.js';

/** What a mutation answers with: a GraphQL type, or a list of one. */
type AnswerType = () => Type<unknown> | readonly [Type<unknown>];

/** What is said of a mutation beside its answer. */
export interface PayloadMutationOptions {
  /** What it does. */
  readonly description: string;
  /** Its name; that of the method when it is left out. */
  readonly name?: string;
}

type Method = (...args: never[]) => unknown;

/**
 * Declares a mutation `verbNoun` that answers `VerbNounPayload`: the object under its noun, null when the mutation is
 * refused, and `errors`. The method answers the object itself and throws its errors, as that of a query does.
 *
 * @param noun the field that holds the object
 * @param type its GraphQL type
 */
export function ObjectMutation(noun: string, type: AnswerType, options: PayloadMutationOptions): MethodDecorator {
  return declare(
    options,
    (payload) => {
      const description = `The ${wordsOf(noun)}; null when the mutation is refused.`;
      Field(() => type() as Type<unknown>, { nullable: true, description })(payload.prototype as object, noun);
      // Only what is a list of its kinds, one of each, is answered as a list.
      if (Array.isArray(type())) Extensions(PART_OF_DOCUMENT)(payload.prototype as object, noun);
    },
    (answer) => ({ [noun]: answer }),
  );
}

/**
 * Declares a mutation `verbNoun` that answers `VerbNounPayload`: the fields of `facts`, all null when the mutation is
 * refused, and `errors`. For what leaves no object behind: deletions, messages that are sent.
 *
 * @param facts an object type; that it is abstract keeps it out of the schema
 */
export function FactsMutation(facts: Type<object>, options: PayloadMutationOptions): MethodDecorator {
  return declare(options, undefined, (answer) => answer as object, facts);
}

function declare(
  { description, name }: PayloadMutationOptions,
  addFields: ((payload: Type<object>) => void) | undefined,
  toPayload: (answer: unknown) => object,
  facts?: Type<object>,
): MethodDecorator {
  return (target, method, descriptor) => {
    const mutation = name ?? String(method);
    const payload = payloadClass(facts);
    addFields?.(payload);
    addErrors(payload);
    ObjectType(`${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Payload`, {
      description: `What \`${mutation}\` answers.`,
    })(payload);
    const answer = descriptor.value as Method;
    const wrapped = async function (this: unknown, ...args: never[]): Promise<object> {
      // Facts may have getters, which load something only for those who ask for it: they stay the object they are.
      return Object.assign(toPayload(await answer.apply(this, args)), { errors: [] });
    };
    descriptor.value = wrapped as typeof descriptor.value;
    Mutation(() => payload, { name: mutation, description })(target, method, descriptor);
  };
}

function payloadClass(facts: Type<object> | undefined): Type<object> {
  return facts === undefined ? class Payload {} : class Payload extends PartialType(facts, ObjectType) {};
}

function addErrors(payload: Type<object>): void {
  Field(() => [UserError], {
    description: 'Why the mutation was refused; empty when it did what was asked.',
  })(payload.prototype as object, 'errors');
}

/** `thingGroup` as `thing group`. */
function wordsOf(noun: string): string {
  return noun.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
