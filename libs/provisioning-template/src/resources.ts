import { DocumentFault, objectMembers, readMembers, readText, type JsonNode } from '#thingcore/policy';
import { readCertificateResource } from './certificate-resource.js';
import type { Deferred } from './evaluation.js';
import type { ExpressionReader } from './expression-reader.js';
import { readPolicyResource } from './policy-resource.js';
import type { CertificatePlan, PolicyPlan, ThingPlan } from './provisioning-plan.js';
import type { ResourceDeclaration } from './resource-declaration.js';
import type { KindRules } from './template-kind.js';
import { readThingResource } from './thing-resource.js';

/** What a template makes: one thing, one certificate, and policies. */
export interface TemplateResources {
  readonly thing: Deferred<ThingPlan>;
  readonly certificate: Deferred<CertificatePlan>;
  readonly policies: readonly Deferred<PolicyPlan>[];
}

const TYPES = ['AWS::IoT::Thing', 'AWS::IoT::Certificate', 'AWS::IoT::Policy'] as const;
type ResourceType = (typeof TYPES)[number];

interface TypedDeclaration extends ResourceDeclaration {
  readonly type: ResourceType;
  readonly node: JsonNode;
}

/** Reads the section `Resources`. */
export function readResources(section: JsonNode, reader: ExpressionReader, rules: KindRules): TemplateResources {
  const declarations = objectMembers(section, '"Resources"').map(({ name, value }) => readDeclaration(name, value));
  const thing = onlyOne('AWS::IoT::Thing', declarations, section);
  const certificate = onlyOne('AWS::IoT::Certificate', declarations, section);
  // No policy at all is fine: those of the thing's groups may do.
  const policies = declarations.filter(({ type }) => type === 'AWS::IoT::Policy');
  return {
    thing: readThingResource(thing, reader),
    certificate: readCertificateResource(certificate, reader, rules),
    policies: policies.map((policy) => readPolicyResource(policy, reader, rules)),
  };
}

function readDeclaration(logicalName: string, node: JsonNode): TypedDeclaration {
  const members = readMembers(node, `The resource "${logicalName}"`, ['Type', 'Properties', 'OverrideSettings']);
  const type = members.get('Type');
  if (type === undefined) throw new DocumentFault(`The resource "${logicalName}" has no "Type"`, node);
  const properties = members.get('Properties');
  if (properties === undefined) throw new DocumentFault(`The resource "${logicalName}" has no "Properties"`, node);
  return {
    logicalName,
    node,
    type: readType(type.value),
    properties: properties.value,
    overrideSettings: members.get('OverrideSettings')?.value,
  };
}

function readType(node: JsonNode): ResourceType {
  const name = readText(node, '"Type"');
  const type = TYPES.find((known) => known === name);
  if (type !== undefined) return type;
  throw new DocumentFault(`"${name}" is no type of resource; there are ${TYPES.join(', ')}`, node);
}

function onlyOne(type: ResourceType, declarations: readonly TypedDeclaration[], section: JsonNode): TypedDeclaration {
  const [first, second] = declarations.filter((declaration) => declaration.type === type);
  if (first === undefined) throw new DocumentFault(`"Resources" has no ${type}; a template has exactly one`, section);
  if (second === undefined) return first;
  throw new DocumentFault(`"${second.logicalName}" is a second ${type}; a template has exactly one`, second.node);
}
