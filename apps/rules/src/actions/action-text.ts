import { IotError } from '#thingcore/errors';
import type { ActionInput, ActionScope } from './action.js';
import { fieldError } from './parse-fields.js';

/** What is wrong with a text, as the end of a sentence about it; undefined when nothing is. */
export type TextCheck = (text: string) => string | undefined;

/** A parameter of an action for one message. Errors: `InvalidRequest` that names the parameter. */
export type ActionText = (input: ActionInput) => Promise<string>;

/** A parameter that may be missing: left out, or undefined for this message. */
export type OptionalActionText = (input: ActionInput) => Promise<string | undefined>;

/**
 * Compiles a parameter with substitution templates. `check` looks at what comes out: when the rule is created if that is
 * sure already, else for each message. A template that is undefined for a message fails the action.
 */
export function actionText(text: string, field: string, scope: ActionScope, check?: TextCheck): ActionText {
  const read = optionalActionText(text, field, scope, check);
  return async (input) => {
    const filled = await read(input);
    if (filled !== undefined) return filled;
    throw new IotError('InvalidRequest', `The ${field} "${text}" is undefined for this message`);
  };
}

/** As {@link actionText}, for a parameter that counts as absent when its template is undefined for a message. */
export function optionalActionText(
  text: string,
  field: string,
  scope: ActionScope,
  check: TextCheck = () => undefined,
): OptionalActionText {
  const template = scope.template(text, field);
  if (template.isConstant) {
    const problem = check(text);
    if (problem !== undefined) throw fieldError(`${scope.path}.${field}`, problem);
    return () => Promise.resolve(text);
  }
  return async ({ message, environment, variables }) => {
    const filled = await template.evaluate(message, environment, variables);
    const problem = filled === undefined ? undefined : check(filled);
    if (problem !== undefined) throw new IotError('InvalidRequest', `${field}: ${problem}`);
    return filled;
  };
}

/** A check that lets through some words only. */
export function oneOf(...words: readonly string[]): TextCheck {
  return (text) => (words.includes(text) ? undefined : `must be one of ${words.join(', ')}, not "${text}"`);
}

/** A check for lengths in characters. */
export function ofLength(least: number, most: number): TextCheck {
  return (text) =>
    text.length >= least && text.length <= most
      ? undefined
      : `must have ${least} to ${most} characters, not the ${text.length} of "${text.slice(0, 100)}"`;
}
