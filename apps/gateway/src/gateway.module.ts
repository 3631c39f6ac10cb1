import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import { AccessResolver } from './access/access.resolver.js';
import { ApiKeyEventsController } from './access/api-key-events.controller.js';
import { AuthorityResolver } from './authorities/authority.resolver.js';
import { AuthorizationResolver } from './authorization/authorization.resolver.js';
import { BillingGroupMembershipResolver } from './billing-groups/billing-group-membership.resolver.js';
import { BillingGroupResolver } from './billing-groups/billing-group.resolver.js';
import { CaCertificateResolver } from './ca-certificates/ca-certificate.resolver.js';
import { CertificateRelationsResolver } from './certificates/certificate-relations.resolver.js';
import { CertificateResolver } from './certificates/certificate.resolver.js';
import { ClientResolver } from './clients/client.resolver.js';
import { PresenceResolver } from './clients/presence.resolver.js';
import { DenialEventsController } from './denials/denial-events.controller.js';
import { DenialFeed } from './denials/denial-feed.js';
import { CertificateDenialsResolver, DenialResolver, ThingDenialsResolver } from './denials/denial.resolver.js';
import { EventConfigurationResolver } from './event-configurations/event-configuration.resolver.js';
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
import { GraphqlDriver, GraphqlOptions } from './requests/graphql-options.js';
import { RequestsModule } from './requests/requests.module.js';
import { RetainedMessageResolver } from './retained-messages/retained-message.resolver.js';
import { ConfirmDestinationController } from './rules/confirm-destination.controller.js';
import { DeadLetterResolver } from './rules/dead-letter.resolver.js';
import { DestinationResolver } from './rules/destination.resolver.js';
import { RuleEventsController } from './rules/rule-events.controller.js';
import { RuleTracePool } from './rules/rule-trace-pool.js';
import { RuleTrialResolver } from './rules/rule-trial.resolver.js';
import { TopicRuleResolver } from './rules/topic-rule.resolver.js';
import { ShadowEventsController } from './shadows/shadow-events.controller.js';
import { ShadowHistoryResolver } from './shadows/shadow-history.resolver.js';
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

export { GatewayAddress } from './gateway-address.js';

/** The GraphQL face of all services. It holds no data and decides nothing about things, messages or rules. */
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    const requests = RequestsModule.forRoot(checkGatewayConfig(config));
    return {
      module: GatewayModule,
      imports: [
        requests,
        GraphQLModule.forRootAsync<MercuriusDriverConfig>({
          driver: GraphqlDriver,
          imports: [requests],
          useExisting: GraphqlOptions,
        }),
      ],
      controllers: [
        ShadowEventsController,
        MessageEventsController,
        DenialEventsController,
        ApiKeyEventsController,
        RuleEventsController,
        ConfirmDestinationController,
      ],
      providers: [
        ThingResolver,
        ThingRelationsResolver,
        ThingPrincipalResolver,
        ThingPrincipalAttachmentResolver,
        PrincipalCertificateResolver,
        ThingTypeResolver,
        ThingGroupResolver,
        ThingGroupRelationsResolver,
        ThingGroupMembershipResolver,
        BillingGroupResolver,
        BillingGroupMembershipResolver,
        TagResolver,
        EventConfigurationResolver,
        ShadowResolver,
        ShadowHistoryResolver,
        ThingShadowsResolver,
        CertificateResolver,
        CertificateRelationsResolver,
        CaCertificateResolver,
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
        TopicRuleResolver,
        DestinationResolver,
        DeadLetterResolver,
        RuleTrialResolver,
        RuleTracePool,
        MessageResolver,
        ClientResolver,
        PresenceResolver,
        RetainedMessageResolver,
        ShadowUpdates,
        DenialFeed,
        TapPool,
        GatewayAddress,
        HttpListener,
      ],
      exports: [GatewayAddress],
    };
  }
}
