import type { ApiName } from './api-services.js';
import { authorizationHandlers } from './control-plane/authorization.js';
import { billingGroupHandlers } from './control-plane/billing-groups.js';
import { caCertificateHandlers } from './control-plane/ca-certificates.js';
import { certificateRegistrationHandlers } from './control-plane/certificate-registration.js';
import { certificateHandlers } from './control-plane/certificates.js';
import { domainConfigurationHandlers } from './control-plane/domain-configurations.js';
import { endpointHandlers } from './control-plane/endpoints.js';
import { eventConfigurationHandlers } from './control-plane/event-configurations.js';
import { loggingHandlers } from './control-plane/logging.js';
import { policyHandlers } from './control-plane/policies.js';
import { policyAttachmentHandlers } from './control-plane/policy-attachments.js';
import { principalPolicyHandlers } from './control-plane/principal-policies.js';
import { provisioningTemplateVersionHandlers } from './control-plane/provisioning-template-versions.js';
import { provisioningTemplateHandlers } from './control-plane/provisioning-templates.js';
import { registrationTaskHandlers } from './control-plane/registration-tasks.js';
import { ruleDestinationHandlers } from './control-plane/rule-destinations.js';
import { tagHandlers } from './control-plane/tags.js';
import { thingConnectivityHandlers } from './control-plane/thing-connectivity.js';
import { thingGroupHandlers } from './control-plane/thing-groups.js';
import { thingPrincipalHandlers } from './control-plane/thing-principals.js';
import { thingRegistrationHandlers } from './control-plane/thing-registration.js';
import { thingTypeHandlers } from './control-plane/thing-types.js';
import { thingHandlers } from './control-plane/things.js';
import { topicRuleHandlers } from './control-plane/topic-rules.js';
import { connectionHandlers } from './data-plane/connections.js';
import { messageHandlers } from './data-plane/messages.js';
import { shadowHandlers } from './data-plane/shadows.js';
import type { OperationHandlers } from './operation-handler.js';

/** The operations that work, by API; all others of the models are refused as not supported. */
export const HANDLERS: Readonly<Record<ApiName, OperationHandlers>> = {
  control: {
    ...thingHandlers,
    ...thingRegistrationHandlers,
    ...thingPrincipalHandlers,
    ...thingConnectivityHandlers,
    ...principalPolicyHandlers,
    ...policyAttachmentHandlers,
    ...policyHandlers,
    ...certificateHandlers,
    ...certificateRegistrationHandlers,
    ...caCertificateHandlers,
    ...authorizationHandlers,
    ...thingTypeHandlers,
    ...thingGroupHandlers,
    ...billingGroupHandlers,
    ...topicRuleHandlers,
    ...ruleDestinationHandlers,
    ...provisioningTemplateHandlers,
    ...provisioningTemplateVersionHandlers,
    ...registrationTaskHandlers,
    ...tagHandlers,
    ...eventConfigurationHandlers,
    ...endpointHandlers,
    ...loggingHandlers,
    ...domainConfigurationHandlers,
  },
  data: { ...messageHandlers, ...shadowHandlers, ...connectionHandlers },
  jobs: {},
};
