export { parseProvisioningTemplate, resolveTemplate, type ProvisioningTemplate } from './provisioning-template.js';
export type { TemplateParameter } from './parameters.js';
export type {
  CertificatePlan,
  CertificateSource,
  ConfigurationScalar,
  DeviceConfiguration,
  DeviceConfigurationValue,
  MergingOverride,
  Override,
  PolicyPlan,
  ProvisioningPlan,
  ThingPlan,
} from './provisioning-plan.js';
export { CERTIFICATE_ID_PARAMETER, JITP_PARAMETERS, type JitpParameter, type TemplateKind } from './template-kind.js';
