import type { JsonObject } from '#thingcore/errors';
import { DocumentFault, readMembers, type JsonNode } from '#thingcore/policy';
import { readDeviceConfiguration } from './device-configuration.js';
import { Evaluation, type Deferred } from './evaluation.js';
import { ExpressionReader } from './expression-reader.js';
import { readMappings } from './mappings.js';
import { parameterValues, readParameters, type TemplateParameter } from './parameters.js';
import type { DeviceConfiguration, ProvisioningPlan } from './provisioning-plan.js';
import { readResources, type TemplateResources } from './resources.js';
import { KIND_RULES, type TemplateKind } from './template-kind.js';
import { readTemplateBody } from './template-text.js';

/** A provisioning template that has been read; it is immutable and serves any number of resolutions. */
export interface ProvisioningTemplate {
  readonly kind: TemplateKind;
  /** As declared, in the order of the document. */
  readonly parameters: readonly TemplateParameter[];
  /** For {@link resolveTemplate}. */
  readonly resources: TemplateResources;
  /** For {@link resolveTemplate}. */
  readonly deviceConfiguration: Deferred<DeviceConfiguration>;
}

const SECTIONS_OF_OTHERS = ['Mappings', 'DeviceConfiguration'];

/**
 * Parses a provisioning template, the text or the JSON object. Throws `InvalidRequest`; `details.field` is the place in
 * the document (e.g. `Resources.thing.Properties.ThingName`, empty for the document itself), and for a text
 * `details.line` and `details.column` count from 1.
 */
export function parseProvisioningTemplate(body: string | JsonObject, kind: TemplateKind): ProvisioningTemplate {
  return readTemplateBody(body, (root) => readTemplate(root, kind));
}

function readTemplate(root: JsonNode, kind: TemplateKind): ProvisioningTemplate {
  const rules = KIND_RULES[kind];
  const foreign = SECTIONS_OF_OTHERS.filter((section) => !rules.sections.includes(section));
  const explained = Object.fromEntries(
    foreign.map((section) => [section, `${rules.noun} has no such section, a fleet provisioning template has`]),
  );
  const sections = readMembers(root, 'A provisioning template', rules.sections, explained);
  const parameters = readParameters(sections.get('Parameters')?.value, rules);
  const names = new Set([...rules.predeclared, ...parameters.map(({ name }) => name)]);
  const reader = new ExpressionReader(names, readMappings(sections.get('Mappings')?.value));
  const resources = sections.get('Resources');
  if (resources === undefined) throw new DocumentFault('The template has no "Resources"', root);
  return {
    kind,
    parameters,
    resources: readResources(resources.value, reader, rules),
    deviceConfiguration: readDeviceConfiguration(sections.get('DeviceConfiguration')?.value, reader),
  };
}

/**
 * Resolves a template against the values of its parameters: what is to be brought about, before anything is. For a fleet
 * template the caller sets `AWS::IoT::Certificate::Id` after what the device sent, or a device could name another's
 * certificate. Throws `InvalidRequest` with the place in the template as `details.field`, also for a given value that
 * would change what a policy document means: one with * ? $ + # " \ or a control character.
 */
export function resolveTemplate(
  template: ProvisioningTemplate,
  parameters: Readonly<Record<string, string>>,
): ProvisioningPlan {
  const values = parameterValues(template.parameters, parameters, KIND_RULES[template.kind]);
  const evaluation = new Evaluation(values);
  const { thing, certificate, policies } = template.resources;
  return {
    thing: thing.evaluate(evaluation),
    certificate: certificate.evaluate(evaluation),
    policies: policies.map((policy) => policy.evaluate(evaluation)),
    deviceConfiguration: template.deviceConfiguration.evaluate(evaluation),
  };
}
