/** What to do when a resource of the template exists already and differs. */
export type Override = 'DO_NOTHING' | 'REPLACE' | 'FAIL';

/** As {@link Override}; `MERGE` unites, and the template wins where both say something. */
export type MergingOverride = Override | 'MERGE';

/** What one provisioning is to bring about. Plain data; names and documents are not checked yet. */
export interface ProvisioningPlan {
  readonly thing: ThingPlan;
  readonly certificate: CertificatePlan;
  /** All to be attached to the certificate. */
  readonly policies: readonly PolicyPlan[];
  /** For the device; empty when the template has none. */
  readonly deviceConfiguration: DeviceConfiguration;
}

/** The thing. Every `logicalName` is the resource's name in the template, the key of the answer's `resourceArns`. */
export interface ThingPlan {
  readonly logicalName: string;
  readonly thingName: string;
  /** Absent when the template says nothing of attributes; then `REPLACE` has nothing to put in their place. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly thingTypeName?: string;
  /** Each group once. */
  readonly thingGroups?: readonly string[];
  readonly billingGroup?: string;
  readonly overrides: {
    readonly attributes: MergingOverride;
    readonly thingTypeName: Override;
    readonly thingGroups: MergingOverride;
  };
}

/** The certificate, to be attached to the thing. */
export interface CertificatePlan {
  readonly logicalName: string;
  readonly source: CertificateSource;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly overrides: { readonly status: Override };
}

/** Where the certificate comes from: issued for a request, in the account already, or signed by a registered CA. */
export type CertificateSource =
  | { readonly form: 'CSR'; readonly certificateSigningRequest: string }
  | { readonly form: 'ID'; readonly certificateId: string }
  | { readonly form: 'PEM'; readonly certificatePem: string; readonly caCertificatePem?: string };

/** A policy: one that must exist, or a document whose default name is made from its content. */
export type PolicyPlan =
  | { readonly logicalName: string; readonly source: 'existing'; readonly policyName: string }
  | {
      readonly logicalName: string;
      readonly source: 'document';
      /** The SHA-1 of the document's text, 40 upper-case hex digits: the same document is the same policy. */
      readonly policyName: string;
      readonly policyDocument: string;
    };

/** A value of the device configuration. */
export type DeviceConfigurationValue = ConfigurationScalar | readonly ConfigurationScalar[];

/** A value of the device configuration without parts. */
export type ConfigurationScalar = string | number | boolean | null;

/** What the device is told once it is provisioned: a flat object. */
export type DeviceConfiguration = Readonly<Record<string, DeviceConfigurationValue>>;
