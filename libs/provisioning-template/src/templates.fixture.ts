import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { parseProvisioningTemplate, resolveTemplate, type ProvisioningPlan, type TemplateKind } from './index.js';

/** The certificate of the first of all kinds: the one being provisioned. */
export const ISSUED = { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' } };

/** The parts of a template that a test may set; the rest is the least that is allowed. */
export interface TemplateParts {
  readonly parameters?: JsonObject;
  readonly thing?: JsonObject;
  readonly thingOverrides?: JsonValue;
  readonly certificate?: JsonObject;
  readonly certificateOverrides?: JsonValue;
  readonly policy?: JsonObject;
  readonly policyOverrides?: JsonValue;
  readonly mappings?: JsonValue;
  readonly deviceConfiguration?: JsonValue;
}

/** A fleet provisioning template with the parameters `Serial` and `Zone` (by default "north"). */
export function aTemplate(parts: TemplateParts = {}): JsonObject {
  const resource = (type: string, properties: JsonObject, overrides: JsonValue | undefined): JsonObject => ({
    Type: `AWS::IoT::${type}`,
    Properties: properties,
    ...(overrides === undefined ? {} : { OverrideSettings: overrides }),
  });
  return {
    Parameters: parts.parameters ?? { Serial: { Type: 'String' }, Zone: { Type: 'String', Default: 'north' } },
    ...(parts.mappings === undefined ? {} : { Mappings: parts.mappings }),
    Resources: {
      thing: resource('Thing', { ThingName: 'pump', ...parts.thing }, parts.thingOverrides),
      cert: resource('Certificate', parts.certificate ?? ISSUED, parts.certificateOverrides),
      policy: resource('Policy', parts.policy ?? { PolicyName: 'pump-policy' }, parts.policyOverrides),
    },
    ...(parts.deviceConfiguration === undefined ? {} : { DeviceConfiguration: parts.deviceConfiguration }),
  };
}

/** What the platform says in every provisioning, with a serial number from the device. */
export const PARAMETERS = { Serial: '800', 'AWS::IoT::Certificate::Id': 'ab12' };

/** Parses and resolves at once. */
export function planOf(
  parts: TemplateParts,
  parameters: Record<string, string> = PARAMETERS,
  kind: TemplateKind = 'FLEET_PROVISIONING',
): ProvisioningPlan {
  return resolveTemplate(parseProvisioningTemplate(aTemplate(parts), kind), parameters);
}

/** The error of an action that must fail with one of ours. */
export function failureOf(action: () => unknown): IotError {
  try {
    action();
  } catch (error) {
    if (error instanceof IotError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** A template that is refused when it is written. */
export interface Refusal {
  readonly name: string;
  readonly parts: TemplateParts;
  /** The field that the error names. */
  readonly field: string;
  /** A part of its message. */
  readonly says: string;
  readonly kind?: TemplateKind;
}

/** Makes sure that a template is refused as it is said. */
export function expectRefusal({ parts, field, says, kind = 'FLEET_PROVISIONING' }: Refusal): void {
  const error = failureOf(() => parseProvisioningTemplate(aTemplate(parts), kind));
  expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
  expect(error.message).toContain(says);
}
