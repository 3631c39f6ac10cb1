import { DocumentFault, objectMembers, readMembers, type JsonNode } from '#thingcore/policy';
import type { Deferred, Evaluation } from './evaluation.js';
import { isFunction, type ExpressionReader } from './expression-reader.js';
import { MERGING_OVERRIDES, OVERRIDES, readOverrides } from './override-settings.js';
import type { ThingPlan } from './provisioning-plan.js';
import type { ResourceDeclaration } from './resource-declaration.js';

const PROPERTIES = ['ThingName', 'AttributePayload', 'ThingTypeName', 'ThingGroups', 'BillingGroup'];

/** Reads a resource of the type `AWS::IoT::Thing`. */
export function readThingResource(declaration: ResourceDeclaration, reader: ExpressionReader): Deferred<ThingPlan> {
  const { logicalName, properties } = declaration;
  const members = readMembers(properties, 'A thing', PROPERTIES, {
    PackageVersions: 'software packages are not part of this product',
  });
  const named = members.get('ThingName');
  if (named === undefined) throw new DocumentFault(`The thing "${logicalName}" has no "ThingName"`, properties);
  const optional = <T>(name: string, read: (node: JsonNode, noun: string) => Deferred<T>) => {
    const member = members.get(name);
    return member === undefined ? undefined : read(member.value, `"${name}"`);
  };
  const thingName = reader.text(named.value, '"ThingName"');
  const attributes = optional('AttributePayload', (node) => readAttributes(node, reader));
  const thingTypeName = optional('ThingTypeName', (node, noun) => reader.text(node, noun));
  const thingGroups = optional('ThingGroups', (node, noun) => reader.list(node, noun));
  const billingGroup = optional('BillingGroup', (node, noun) => reader.text(node, noun));
  const overrides = readOverrides(
    declaration.overrideSettings,
    { AttributePayload: MERGING_OVERRIDES, ThingTypeName: OVERRIDES, ThingGroups: MERGING_OVERRIDES },
    reader,
  );
  return {
    evaluate: (evaluation) => {
      const { AttributePayload, ThingTypeName, ThingGroups } = overrides.evaluate(evaluation);
      return {
        logicalName,
        thingName: thingName.evaluate(evaluation),
        ...(attributes && { attributes: attributes.evaluate(evaluation) }),
        ...(thingTypeName && { thingTypeName: thingTypeName.evaluate(evaluation) }),
        ...(thingGroups && { thingGroups: [...new Set(thingGroups.evaluate(evaluation))] }),
        ...(billingGroup && { billingGroup: billingGroup.evaluate(evaluation) }),
        overrides: { attributes: AttributePayload, thingTypeName: ThingTypeName, thingGroups: ThingGroups },
      };
    },
  };
}

function readAttributes(node: JsonNode, reader: ExpressionReader): Deferred<Record<string, string>> {
  if (isFunction(node)) {
    throw new DocumentFault('"AttributePayload" is written out name by name; a function stands for a value only', node);
  }
  const attributes = objectMembers(node, '"AttributePayload"').map(({ name, value }) => {
    if (name.toLowerCase() === 'attributes' && value.type === 'object' && !isFunction(value)) {
      throw new DocumentFault(`"AttributePayload" is a flat map: put the names in it without "${name}"`, value);
    }
    return { name, value: reader.text(value, `The attribute "${name}"`) };
  });
  return {
    evaluate: (evaluation: Evaluation) =>
      Object.fromEntries(attributes.map(({ name, value }) => [name, value.evaluate(evaluation)])),
  };
}
