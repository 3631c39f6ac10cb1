/** The common name of the certificate. */
export const COMMON_NAME = { Ref: 'AWS::IoT::Certificate::CommonName' };
const CERTIFICATE_ID = { Ref: 'AWS::IoT::Certificate::Id' };

/** What a template of {@link jitpTemplate} says beside the name of its thing. */
export interface JitpTemplateParts {
  thing?: object;
  thingOverrides?: object;
  certificate?: object;
  policies?: object[];
  parameters?: string[];
}

/** A template of just-in-time provisioning that names the thing after the common name of the certificate. */
export function jitpTemplate({
  thing = {},
  thingOverrides,
  certificate = {},
  policies = [],
  parameters = [],
}: JitpTemplateParts = {}): string {
  const names = ['AWS::IoT::Certificate::CommonName', 'AWS::IoT::Certificate::Id', ...parameters];
  return JSON.stringify({
    Parameters: Object.fromEntries(names.map((name) => [name, { Type: 'String' }])),
    Resources: {
      thing: {
        Type: 'AWS::IoT::Thing',
        Properties: { ThingName: COMMON_NAME, ...thing },
        ...(thingOverrides === undefined ? {} : { OverrideSettings: thingOverrides }),
      },
      certificate: {
        Type: 'AWS::IoT::Certificate',
        Properties: { CertificateId: CERTIFICATE_ID, Status: 'ACTIVE', ...certificate },
        OverrideSettings: { Status: 'DO_NOTHING' },
      },
      ...Object.fromEntries(
        policies.map((properties, index) => [`policy${index}`, { Type: 'AWS::IoT::Policy', Properties: properties }]),
      ),
    },
  });
}
