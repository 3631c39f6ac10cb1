/**
 * What a template is for: `FLEET_PROVISIONING` (by claim or trusted user), `JITP` (first connect with a certificate of a
 * registered CA), `REGISTER` (RegisterThing and bulk registration).
 */
export type TemplateKind = 'FLEET_PROVISIONING' | 'JITP' | 'REGISTER';

/** The parameter that carries the id of the certificate being provisioned; never a device's own choice. */
export const CERTIFICATE_ID_PARAMETER = 'AWS::IoT::Certificate::Id';

/** AWS: "Just-in-time provisioning", the parameters of a template; all but the id come from the certificate's subject. */
export const JITP_PARAMETERS = [
  'AWS::IoT::Certificate::Country',
  'AWS::IoT::Certificate::Organization',
  'AWS::IoT::Certificate::OrganizationalUnit',
  'AWS::IoT::Certificate::DistinguishedNameQualifier',
  'AWS::IoT::Certificate::StateName',
  'AWS::IoT::Certificate::CommonName',
  'AWS::IoT::Certificate::SerialNumber',
  CERTIFICATE_ID_PARAMETER,
] as const;

/** The name of a parameter of a just-in-time provisioning template. */
export type JitpParameter = (typeof JITP_PARAMETERS)[number];

/** What sets the kinds apart. */
export interface KindRules {
  /** For messages. */
  readonly noun: string;
  /** The members of the document. */
  readonly sections: readonly string[];
  /** Why a parameter may not have this name; `undefined` when it may. */
  readonly refuseParameter: (name: string) => string | undefined;
  /** Parameters that need no declaration. */
  readonly predeclared: readonly string[];
  /** Whether resolution fails for a declared parameter without a value even where nothing refers to it. */
  readonly needsEveryParameter: boolean;
  /** Whether the certificate can only be the one being provisioned. */
  readonly issuedCertificateOnly: boolean;
  /** Whether `PolicyDocument` may be a JSON object beside a string. */
  readonly policyObjects: boolean;
}

const RESERVED = 'AWS::IoT::';

/** AWS: "Provisioning templates". */
export const KIND_RULES: Readonly<Record<TemplateKind, KindRules>> = {
  FLEET_PROVISIONING: {
    noun: 'a fleet provisioning template',
    sections: ['Parameters', 'Mappings', 'Resources', 'DeviceConfiguration'],
    // The device sends the other parameters, so one that looks like a fact of the certificate would be its free choice.
    refuseParameter: (name) =>
      name.startsWith(RESERVED) && name !== CERTIFICATE_ID_PARAMETER
        ? `of the names with "${RESERVED}" a fleet provisioning template has "${CERTIFICATE_ID_PARAMETER}" only`
        : undefined,
    predeclared: [CERTIFICATE_ID_PARAMETER],
    needsEveryParameter: true,
    issuedCertificateOnly: true,
    policyObjects: true,
  },
  JITP: {
    noun: 'a just-in-time provisioning template',
    sections: ['Parameters', 'Resources'],
    refuseParameter: (name) =>
      (JITP_PARAMETERS as readonly string[]).includes(name)
        ? undefined
        : `a just-in-time provisioning template has these only: ${JITP_PARAMETERS.join(', ')}`,
    predeclared: [],
    needsEveryParameter: true,
    issuedCertificateOnly: true,
    policyObjects: false,
  },
  REGISTER: {
    noun: 'a template for RegisterThing',
    sections: ['Parameters', 'Resources'],
    refuseParameter: () => undefined,
    predeclared: [],
    needsEveryParameter: false,
    issuedCertificateOnly: false,
    policyObjects: false,
  },
};
