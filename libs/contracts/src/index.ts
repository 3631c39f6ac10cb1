export {
  SERVICES,
  command,
  event,
  type CommandContract,
  type Delivery,
  type EventContract,
  type ParsedRequestOf,
  type PayloadOf,
  type ReplyOf,
  type RequestOf,
  type ServiceName,
} from './contract.js';
export {
  attachThingPrincipal,
  createThing,
  deleteThing,
  detachThingPrincipal,
  getPrincipalsOfThings,
  getThings,
  listPrincipalThings,
  listThings,
  updateThing,
  type Thing,
  type ThingPrincipalType,
} from './registry/things.js';
export {
  createThingType,
  deleteThingType,
  deprecateThingType,
  getThingTypes,
  listThingTypes,
  updateThingType,
  type ThingType,
} from './registry/thing-types.js';
export {
  createThingGroup,
  deleteThingGroup,
  getGroupsOfThings,
  getThingGroups,
  listThingGroups,
  updateThingGroup,
  updateThingGroupsForThing,
  type ThingGroup,
} from './registry/thing-groups.js';
export {
  addThingToBillingGroup,
  createBillingGroup,
  deleteBillingGroup,
  getBillingGroups,
  listBillingGroups,
  removeThingFromBillingGroup,
  updateBillingGroup,
  type BillingGroup,
} from './registry/billing-groups.js';
export { getTagsOfResources, tagResource, untagResource } from './registry/tags.js';
export {
  getEventConfigurations,
  registryEventKind,
  registryEventOccurred,
  updateEventConfigurations,
  type RegistryEventKind,
} from './registry/event-configurations.js';
export {
  createCertificateFromCsr,
  createKeysAndCertificate,
  deleteCertificate,
  getCertificates,
  listCertificates,
  presentCertificate,
  registerCertificate,
  registerCertificateWithoutCa,
  updateCertificate,
  type Certificate,
  type CertificateStatus,
} from './registry/certificates.js';
export {
  deleteCaCertificate,
  deleteRegistrationCode,
  getCaCertificate,
  getRegistrationCode,
  listCaCertificates,
  registerCaCertificate,
  updateCaCertificate,
  type CaCertificate,
} from './registry/ca-certificates.js';
export { newestFirstToken } from './registry/newest-first.js';
export {
  authorityChanged,
  getAuthority,
  issueServerCertificate,
  listAuthorities,
  retireAuthority,
  rotateAuthority,
  type PlatformAuthority,
} from './registry/authorities.js';
export {
  attachPolicy,
  createPolicy,
  createPolicyVersion,
  deletePolicy,
  deletePolicyVersion,
  detachPolicy,
  getEffectivePolicies,
  getPolicies,
  getPoliciesOfTargets,
  listPolicies,
  listPolicyVersions,
  listTargetsForPolicy,
  setDefaultPolicyVersion,
  type Policy,
  type PolicyVersion,
} from './registry/policies.js';
export { lintPolicy, testAuthorization, testPolicy, type AuthorizationResult } from './registry/authorization.js';
export {
  toAuthorizationRemedy,
  toAuthorizationResult,
  type AuthorizationRemedy,
} from './registry/authorization-result.js';
export { principalContext } from './registry/principal-context.js';
export {
  listPrincipalChanges,
  principalChanged,
  resolvePrincipals,
  type Principal,
  type PrincipalChange,
} from './registry/principals.js';
export {
  apiKeyRevoked,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  verifyApiKey,
  type AccessRole,
  type ApiKey,
} from './registry/api-keys.js';
export { deleteShadow, getShadow, getShadows, shadowDeleted, shadowUpdated, updateShadow } from './shadow.js';
export {
  brokerNodeStarted,
  closeTap,
  getConnectivity,
  messageMatched,
  openTap,
  publishMessage,
  replaceRuleFilters,
  ruleFiltersReplaced,
  tapChanged,
  tapMatched,
  type BrokerMessage,
  denialsRecorded,
  getDenials,
  listDenials,
  type Connectivity,
  type Denial,
  type MessageProperties,
} from './broker.js';
export {
  createTopicRule,
  deleteTopicRule,
  getTopicRule,
  listTopicRules,
  replaceTopicRule,
  rulesChanged,
  type TopicRule,
  type TopicRulePayload,
} from './rules.js';
