import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { PersistenceModule } from '#thingcore/persistence';
import { ApiKeyController } from './api-keys/api-key.controller.js';
import { ApiKeyEntity } from './api-keys/api-key.entity.js';
import { ApiKeyService } from './api-keys/api-key.service.js';
import { ApiKeyStore } from './api-keys/api-key.store.js';
import { FirstApiKey } from './api-keys/first-api-key.js';
import { AuthorityAnnouncement } from './authorities/authority-announcement.js';
import { AuthorizationController } from './authorization/authorization.controller.js';
import { AuthorizationService } from './authorization/authorization.service.js';
import { AuthorityFile } from './authorities/authority-file.js';
import { AuthorityKeys } from './authorities/authority-keys.js';
import { AuthoritySigner } from './authorities/authority-signer.js';
import { AuthorityController } from './authorities/authority.controller.js';
import { AuthorityEntity } from './authorities/authority.entity.js';
import { AuthorityService } from './authorities/authority.service.js';
import { AuthorityStore } from './authorities/authority.store.js';
import { BillingGroupController } from './billing-groups/billing-group.controller.js';
import { BillingGroupService } from './billing-groups/billing-group.service.js';
import { BillingGroupStore } from './billing-groups/billing-group.store.js';
import { CaCertificateController } from './ca-certificates/ca-certificate.controller.js';
import { CaCertificateEntity } from './ca-certificates/ca-certificate.entity.js';
import { CaCertificateService } from './ca-certificates/ca-certificate.service.js';
import { CaCertificateStore } from './ca-certificates/ca-certificate.store.js';
import { CaRegistrationService } from './ca-certificates/ca-registration.service.js';
import { RegistrationCodeService } from './ca-certificates/registration-code.service.js';
import { RegistrationCodeStore } from './ca-certificates/registration-code.store.js';
import { CertificateIssuerService } from './certificates/certificate-issuer.service.js';
import { CertificateRegistrationService } from './certificates/certificate-registration.service.js';
import { CertificateController } from './certificates/certificate.controller.js';
import { CertificateEntity } from './certificates/certificate.entity.js';
import { CertificateService } from './certificates/certificate.service.js';
import { CertificateStore } from './certificates/certificate.store.js';
import { RevokedContentStore } from './certificates/revoked-content.store.js';
import { ChangeStore } from './changes/change.store.js';
import { EventOutboxStore } from './changes/event-outbox.store.js';
import { EventRelay } from './changes/event-relay.js';
import { EventStamps } from './changes/event-stamps.js';
import { PrincipalChangeController } from './changes/principal-change.controller.js';
import { PrincipalChangeStore } from './changes/principal-change.store.js';
import { PrincipalChanges } from './changes/principal-changes.js';
import { RegistryContext } from './changes/registry-context.js';
import { RegistryTransactions } from './changes/registry-transactions.js';
import { EventConfigurationController } from './event-configurations/event-configuration.controller.js';
import { EventConfigurationService } from './event-configurations/event-configuration.service.js';
import { EventConfigurationStore } from './event-configurations/event-configuration.store.js';
import { CreateRegistry1764000000000 } from './migrations/1764000000000-create-registry.js';
import { CreateChanges1764200000000 } from './migrations/1764200000000-create-changes.js';
import { CreateThingTypes1764210000000 } from './migrations/1764210000000-create-thing-types.js';
import { CreateBillingGroups1764220000000 } from './migrations/1764220000000-create-billing-groups.js';
import { CompleteThings1764230000000 } from './migrations/1764230000000-complete-things.js';
import { CreateResourceTags1764240000000 } from './migrations/1764240000000-create-resource-tags.js';
import { CreateThingGroups1764300000000 } from './migrations/1764300000000-create-thing-groups.js';
import { CompletePolicies1764400000000 } from './migrations/1764400000000-complete-policies.js';
import { CompleteCertificates1764500000000 } from './migrations/1764500000000-complete-certificates.js';
import { RotateAuthorities1764600000000 } from './migrations/1764600000000-rotate-authorities.js';
import { ManageApiKeys1764700000000 } from './migrations/1764700000000-manage-api-keys.js';
import { OrderGroupMembers1764800000000 } from './migrations/1764800000000-order-group-members.js';
import { KnowCertificateContents1764900000000 } from './migrations/1764900000000-know-certificate-contents.js';
import { PolicyAttachmentStore } from './policies/policy-attachment.store.js';
import { PolicyReader } from './policies/policy-reader.js';
import { PolicyVersionController } from './policies/policy-version.controller.js';
import { PolicyVersionService } from './policies/policy-version.service.js';
import { PolicyController } from './policies/policy.controller.js';
import { PolicyService } from './policies/policy.service.js';
import { PolicyStore } from './policies/policy.store.js';
import { PrincipalResolver } from './principals/principal-resolver.js';
import { PrincipalController } from './principals/principal.controller.js';
import { PrincipalStore } from './principals/principal.store.js';
import { CertificateProvisioning } from './provisioning/certificate-provisioning.js';
import { JustInTimeProvisioning } from './provisioning/just-in-time-provisioning.js';
import { JustInTimeRegistration } from './provisioning/just-in-time-registration.js';
import { PresentationService } from './provisioning/presentation.service.js';
import { ProvisioningController } from './provisioning/provisioning.controller.js';
import { ProvisioningService } from './provisioning/provisioning.service.js';
import { ThingProvisioning } from './provisioning/thing-provisioning.js';
import { REGISTRY_CONFIG, type RegistryConfig } from './registry.config.js';
import { secretBoxProvider } from './secrets/secret-box.provider.js';
import { ThingGroupEvents } from './thing-groups/thing-group-events.js';
import { ThingGroupMemberStore } from './thing-groups/thing-group-member.store.js';
import { ThingGroupMembershipService } from './thing-groups/thing-group-membership.service.js';
import { ThingGroupController } from './thing-groups/thing-group.controller.js';
import { ThingGroupService } from './thing-groups/thing-group.service.js';
import { ThingGroupStore } from './thing-groups/thing-group.store.js';
import { TagController } from './tags/tag.controller.js';
import { TagService } from './tags/tag.service.js';
import { TagStore } from './tags/tag.store.js';
import { TaggableResourceStore } from './tags/taggable-resource.store.js';
import { ThingTypeController } from './thing-types/thing-type.controller.js';
import { ThingTypeService } from './thing-types/thing-type.service.js';
import { ThingTypeStore } from './thing-types/thing-type.store.js';
import { ThingEvents } from './things/thing-events.js';
import { ThingListService } from './things/thing-list.service.js';
import { ThingPrincipalController } from './things/thing-principal.controller.js';
import { ThingPrincipalService } from './things/thing-principal.service.js';
import { ThingPrincipalStore } from './things/thing-principal.store.js';
import { ThingSearchStore } from './things/thing-search.store.js';
import { ThingController } from './things/thing.controller.js';
import { ThingService } from './things/thing.service.js';
import { ThingStore } from './things/thing.store.js';

/** In the order in which they run. */
const MIGRATIONS = [
  CreateRegistry1764000000000,
  CreateChanges1764200000000,
  CreateThingTypes1764210000000,
  CreateBillingGroups1764220000000,
  CompleteThings1764230000000,
  CreateResourceTags1764240000000,
  CreateThingGroups1764300000000,
  CompletePolicies1764400000000,
  CompleteCertificates1764500000000,
  RotateAuthorities1764600000000,
  ManageApiKeys1764700000000,
  OrderGroupMembers1764800000000,
  KnowCertificateContents1764900000000,
];

const CONTROLLERS = [
  ThingController,
  ThingPrincipalController,
  ThingTypeController,
  BillingGroupController,
  TagController,
  EventConfigurationController,
  PrincipalChangeController,
  CertificateController,
  ThingGroupController,
  PolicyController,
  PolicyVersionController,
  PrincipalController,
  AuthorizationController,
  ApiKeyController,
  AuthorityController,
  CaCertificateController,
  ProvisioningController,
];

const PROVIDERS: Provider[] = [
  secretBoxProvider,
  ChangeStore,
  RegistryTransactions,
  RegistryContext,
  EventStamps,
  EventOutboxStore,
  EventRelay,
  PrincipalChangeStore,
  PrincipalChanges,
  EventConfigurationStore,
  EventConfigurationService,
  TagStore,
  TagService,
  TaggableResourceStore,
  ThingTypeStore,
  ThingTypeService,
  BillingGroupStore,
  BillingGroupService,
  ThingStore,
  ThingSearchStore,
  ThingPrincipalStore,
  ThingEvents,
  ThingService,
  ThingListService,
  ThingPrincipalService,
  CertificateStore,
  RevokedContentStore,
  CertificateService,
  CertificateIssuerService,
  CertificateRegistrationService,
  CaCertificateStore,
  CaCertificateService,
  CaRegistrationService,
  RegistrationCodeStore,
  RegistrationCodeService,
  AuthorityStore,
  AuthorityKeys,
  AuthorityFile,
  AuthorityAnnouncement,
  AuthorityService,
  AuthoritySigner,
  PolicyStore,
  PolicyAttachmentStore,
  PolicyService,
  PolicyReader,
  PolicyVersionService,
  PrincipalStore,
  PrincipalResolver,
  AuthorizationService,
  ThingGroupStore,
  ThingGroupMemberStore,
  ThingGroupEvents,
  ThingGroupMembershipService,
  ThingGroupService,
  ApiKeyStore,
  ApiKeyService,
  FirstApiKey,
  ThingProvisioning,
  CertificateProvisioning,
  ProvisioningService,
  JustInTimeRegistration,
  JustInTimeProvisioning,
  PresentationService,
];

/** The registry: things and their groups, certificates, policies, API keys. It owns identity. */
@Module({})
export class RegistryModule {
  static forRoot(config: RegistryConfig): DynamicModule {
    return {
      module: RegistryModule,
      imports: [
        PersistenceModule.forService({
          schema: 'registry',
          entities: [CertificateEntity, AuthorityEntity, ApiKeyEntity, CaCertificateEntity],
          migrations: MIGRATIONS,
        }),
      ],
      controllers: CONTROLLERS,
      providers: [{ provide: REGISTRY_CONFIG, useValue: config }, ...PROVIDERS],
    };
  }
}
