import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import { AccessKeyResolver } from './access-keys/access-key.resolver.js';
import { AccessResolver } from './access/access.resolver.js';
import { ApiKeyEventsController } from './access/api-key-events.controller.js';
import { RegistryReadiness } from './access/registry-readiness.js';
import { AuditResolver } from './audit/audit.resolver.js';
import { AuthorityResolver } from './authorities/authority.resolver.js';
import { AuthorizationResolver } from './authorization/authorization.resolver.js';
import { AwsApiModule } from './aws-api/aws-api.module.js';
import { BillingGroupMembershipResolver } from './billing-groups/billing-group-membership.resolver.js';
import { BillingGroupResolver } from './billing-groups/billing-group.resolver.js';
import { CaCertificateResolver } from './ca-certificates/ca-certificate.resolver.js';
import { CertificateRelationsResolver } from './certificates/certificate-relations.resolver.js';
import { CertificateResolver } from './certificates/certificate.resolver.js';
import { ClientResolver } from './clients/client.resolver.js';
import { ConnectivityChangedResolver } from './clients/connectivity-changed.resolver.js';
import { ConnectivityFeed } from './clients/connectivity-feed.js';
import { PresenceResolver } from './clients/presence.resolver.js';
import { DenialEventsController } from './denials/denial-events.controller.js';
import { DenialFeed } from './denials/denial-feed.js';
import { CertificateDenialsResolver, DenialResolver, ThingDenialsResolver } from './denials/denial.resolver.js';
import { EventConfigurationResolver } from './event-configurations/event-configuration.resolver.js';
import { CrossOrigin } from './access/cross-origin.js';
import { GatewayAddress } from './gateway-address.js';
import { checkGatewayConfig, type GatewayConfig } from './gateway.config.js';
import { HttpListener } from './http.listener.js';
import { MessageEventsController } from './messages/message-events.controller.js';
import { MessageResolver } from './messages/message.resolver.js';
import { TapPool } from './messages/tap-pool.js';
import {
  PolicyAttachmentResolver,
  PolicyTargetsResolver,
  ThingGroupPoliciesResolver,
} from './policies/policy-attachment.resolver.js';
import { PolicyTargetResolver } from './policies/policy-target.resolver.js';
import { PolicyVersionResolver, PolicyVersionsResolver } from './policies/policy-version.resolver.js';
import { PolicyResolver } from './policies/policy.resolver.js';
import { ProvisioningTemplateResolver } from './provisioning/provisioning-template.resolver.js';
import { RegistrationResolver } from './provisioning/registration.resolver.js';
import { ProvisioningTemplateVersionResolver } from './provisioning/template-version.resolver.js';
import { FileRequests } from './registration-tasks/file-requests.js';
import { InputUpload } from './registration-tasks/input-upload.js';
import { RegistrationFilesController } from './registration-tasks/registration-files.controller.js';
import { RegistrationTaskResolver } from './registration-tasks/registration-task.resolver.js';
import { GraphqlDriver, GraphqlOptions } from './requests/graphql-options.js';
import { RequestsModule } from './requests/requests.module.js';
import { RegistryChangeEventsController } from './registry-changes/registry-change-events.controller.js';
import { RegistryChangeFeed } from './registry-changes/registry-change-feed.js';
import { RegistryChangedResolver } from './registry-changes/registry-changed.resolver.js';
import { RetainedMessageResolver } from './retained-messages/retained-message.resolver.js';
import { ConfirmDestinationController } from './rules/confirm-destination.controller.js';
import { DeadLetterResolver } from './rules/dead-letter.resolver.js';
import { DestinationResolver } from './rules/destination.resolver.js';
import { RuleActivityResolver } from './rules/rule-activity.resolver.js';
import { RuleEventsController } from './rules/rule-events.controller.js';
import { RuleTracePool } from './rules/rule-trace-pool.js';
import { RuleTrialResolver } from './rules/rule-trial.resolver.js';
import { TopicRuleResolver } from './rules/topic-rule.resolver.js';
import { ShadowEventsController } from './shadows/shadow-events.controller.js';
import { ShadowHistoryResolver } from './shadows/shadow-history.resolver.js';
import { ShadowUpdatedResolver } from './shadows/shadow-updated.resolver.js';
import { ShadowUpdates } from './shadows/shadow-updates.js';
import { ShadowResolver } from './shadows/shadow.resolver.js';
import { ThingShadowsResolver } from './shadows/thing-shadows.resolver.js';
import { TagResolver } from './tags/tag.resolver.js';
import { ThingGroupMembershipResolver } from './thing-groups/thing-group-membership.resolver.js';
import { ThingGroupRelationsResolver } from './thing-groups/thing-group-relations.resolver.js';
import { ThingGroupResolver } from './thing-groups/thing-group.resolver.js';
import { ThingTypeResolver } from './thing-types/thing-type.resolver.js';
import {
  PrincipalCertificateResolver,
  ThingPrincipalAttachmentResolver,
  ThingPrincipalResolver,
} from './things/thing-principal.resolver.js';
import { ThingRelationsResolver } from './things/thing-relations.resolver.js';
import { ThingResolver } from './things/thing.resolver.js';
import { ShadowSchemaEventsController } from './typed-things/shadow-schema-events.controller.js';
import { ThingTypeProblemResolver } from './typed-things/thing-type-problem.resolver.js';
import { TypedThings } from './typed-things/typed-things.js';

export { GatewayAddress } from './gateway-address.js';

/** News of the services below, and pages that are no GraphQL. */
const CONTROLLERS = [
  ShadowEventsController,
  ShadowSchemaEventsController,
  MessageEventsController,
  DenialEventsController,
  ApiKeyEventsController,
  RuleEventsController,
  RegistryChangeEventsController,
  ConfirmDestinationController,
  RegistrationFilesController,
];

/** The fields of the schema. */
const RESOLVERS = [
  ThingResolver,
  ThingRelationsResolver,
  ThingPrincipalResolver,
  ThingPrincipalAttachmentResolver,
  PrincipalCertificateResolver,
  ThingTypeResolver,
  ThingTypeProblemResolver,
  ThingGroupResolver,
  ThingGroupRelationsResolver,
  ThingGroupMembershipResolver,
  BillingGroupResolver,
  BillingGroupMembershipResolver,
  TagResolver,
  EventConfigurationResolver,
  ShadowResolver,
  ShadowUpdatedResolver,
  ShadowHistoryResolver,
  ThingShadowsResolver,
  CertificateResolver,
  CertificateRelationsResolver,
  CaCertificateResolver,
  ProvisioningTemplateResolver,
  ProvisioningTemplateVersionResolver,
  RegistrationResolver,
  AuthorityResolver,
  PolicyResolver,
  PolicyVersionResolver,
  PolicyVersionsResolver,
  PolicyAttachmentResolver,
  PolicyTargetsResolver,
  PolicyTargetResolver,
  ThingGroupPoliciesResolver,
  AuthorizationResolver,
  DenialResolver,
  ThingDenialsResolver,
  CertificateDenialsResolver,
  AccessResolver,
  AccessKeyResolver,
  AuditResolver,
  TopicRuleResolver,
  DestinationResolver,
  DeadLetterResolver,
  RuleTrialResolver,
  RuleActivityResolver,
  MessageResolver,
  ClientResolver,
  PresenceResolver,
  ConnectivityChangedResolver,
  RegistryChangedResolver,
  RetainedMessageResolver,
  RegistrationTaskResolver,
];

/** What works for the resolvers, or by itself. */
const PARTS = [
  TypedThings,
  RuleTracePool,
  FileRequests,
  InputUpload,
  ShadowUpdates,
  DenialFeed,
  ConnectivityFeed,
  RegistryChangeFeed,
  TapPool,
  GatewayAddress,
  CrossOrigin,
  RegistryReadiness,
  HttpListener,
];

/** The GraphQL face of all services. It holds no data and decides nothing about things, messages or rules. */
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    const requests = RequestsModule.forRoot(checkGatewayConfig(config));
    return {
      module: GatewayModule,
      imports: [
        requests,
        AwsApiModule.over(requests),
        GraphQLModule.forRootAsync<MercuriusDriverConfig>({
          driver: GraphqlDriver,
          imports: [requests],
          useExisting: GraphqlOptions,
        }),
      ],
      controllers: CONTROLLERS,
      providers: [...RESOLVERS, ...PARTS],
      exports: [GatewayAddress],
    };
  }
}
