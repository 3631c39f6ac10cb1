import { DocumentFault, objectMembers, type JsonNode } from '#thingcore/policy';
import type { Deferred, Evaluation } from './evaluation.js';
import type { ExpressionReader } from './expression-reader.js';
import type { MergingOverride, Override } from './provisioning-plan.js';

export const OVERRIDES: readonly Override[] = ['DO_NOTHING', 'REPLACE', 'FAIL'];
export const MERGING_OVERRIDES: readonly MergingOverride[] = [...OVERRIDES, 'MERGE'];

/** What is done when the template does not say: the resource stays as it is, and nothing fails. */
const UNSAID = 'DO_NOTHING';

/** The overrides that a resource knows, and the values of each. */
export type OverrideChoices = Readonly<Record<string, readonly MergingOverride[]>>;

/** The overrides of one resource. */
export type Overrides<Choices extends OverrideChoices> = {
  readonly [Key in keyof Choices]: Choices[Key][number] | typeof UNSAID;
};

/**
 * Reads `OverrideSettings`. AWS: "Provisioning templates" names the keys ATTRIBUTE_PAYLOAD, THING_TYPE_NAME and so on
 * and writes AttributePayload, ThingTypeName in every example; both are taken.
 */
export function readOverrides<const Choices extends OverrideChoices>(
  node: JsonNode | undefined,
  choices: Choices,
  reader: ExpressionReader,
): Deferred<Overrides<Choices>> {
  const settings = new Map<string, Deferred<MergingOverride>>();
  for (const member of node === undefined ? [] : objectMembers(node, '"OverrideSettings"')) {
    const key = Object.keys(choices).find((name) => name === member.name || screaming(name) === member.name);
    if (key === undefined) throw new DocumentFault(unknownKey(member.name, Object.keys(choices)), member);
    if (settings.has(key)) throw new DocumentFault(`"${key}" is set twice, in both spellings`, member);
    settings.set(key, reader.choice(member.value, `The override "${member.name}"`, choices[key] ?? []));
  }
  const evaluate = (evaluation: Evaluation) =>
    Object.fromEntries(
      Object.keys(choices).map((key) => [key, settings.get(key)?.evaluate(evaluation) ?? UNSAID]),
    ) as Overrides<Choices>;
  return { evaluate };
}

function screaming(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
}

function unknownKey(name: string, known: readonly string[]): string {
  const hint = known.length === 0 ? 'this resource has none' : `this resource has ${known.join(', ')}`;
  return `There is no override "${name}"; ${hint}`;
}
