import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { PersistenceModule } from '#thingcore/persistence';
import { AccessKeyController } from './access-keys/access-key.controller.js';
import { AccessKeyEntity } from './access-keys/access-key.entity.js';
import { AccessKeyService } from './access-keys/access-key.service.js';
import { AccessKeyStore } from './access-keys/access-key.store.js';
import { FirstAccessKey } from './access-keys/first-access-key.js';
import { ApiKeyController } from './api-keys/api-key.controller.js';
import { ApiKeyEntity } from './api-keys/api-key.entity.js';
import { ApiKeyService } from './api-keys/api-key.service.js';
import { ApiKeyStore } from './api-keys/api-key.store.js';
import { FirstApiKey } from './api-keys/first-api-key.js';
import { AuditRetention } from './audit/audit-retention.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditStore } from './audit/audit.store.js';
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
import { RegistrationTemplates } from './ca-certificates/registration-template.js';
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
import { OutboxGauge } from './changes/outbox-gauge.js';
import { EventStamps } from './changes/event-stamps.js';
import { PrincipalChangeController } from './changes/principal-change.controller.js';
import { PrincipalChangeStore } from './changes/principal-change.store.js';
import { PrincipalChanges } from './changes/principal-changes.js';
import { RegistryChangeController } from './changes/registry-change.controller.js';
import { RegistryChangeStore } from './changes/registry-change.store.js';
import { RegistryChanges } from './changes/registry-changes.js';
import { RegistryContext } from './changes/registry-context.js';
import { RegistryTransactions } from './changes/registry-transactions.js';
import { EventConfigurationController } from './event-configurations/event-configuration.controller.js';
import { EventConfigurationService } from './event-configurations/event-configuration.service.js';
import { EventConfigurationStore } from './event-configurations/event-configuration.store.js';
import { IdempotencyExpiry } from './idempotency/idempotency-expiry.js';
import { IdempotencyController } from './idempotency/idempotency.controller.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { IdempotencyStore } from './idempotency/idempotency.store.js';
import { ClaimCheck } from './fleet-provisioning/claim-check.js';
import { FleetCertificates } from './fleet-provisioning/fleet-certificates.js';
import { FleetObservation } from './fleet-provisioning/fleet-observation.js';
import { FleetProvisioningController } from './fleet-provisioning/fleet-provisioning.controller.js';
import { FleetRegistration } from './fleet-provisioning/fleet-registration.js';
import { NewCertificates } from './fleet-provisioning/new-certificates.js';
import { OwnedCertificateStores } from './fleet-provisioning/owned-certificate-stores.js';
import { OwnedCertificates } from './fleet-provisioning/owned-certificates.js';
import { OwnershipTokenStore } from './fleet-provisioning/ownership-token.store.js';
import { ProvisioningLeftovers } from './fleet-provisioning/provisioning-leftovers.js';
import { UnclaimedCertificate } from './fleet-provisioning/unclaimed-certificate.js';
import { UnclaimedCertificateRemoval } from './fleet-provisioning/unclaimed-certificate-removal.js';
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
import { LineRegistration } from './registration-tasks/line-registration.js';
import { RegistrationInputService } from './registration-tasks/registration-input.service.js';
import { RegistrationInputStore } from './registration-tasks/registration-input.store.js';
import { RegistrationLineStore } from './registration-tasks/registration-line.store.js';
import { RegistrationRetention } from './registration-tasks/registration-retention.js';
import { RegistrationRun } from './registration-tasks/registration-run.js';
import { RegistrationTaskController } from './registration-tasks/registration-task.controller.js';
import { RegistrationTaskService } from './registration-tasks/registration-task.service.js';
import { RegistrationTaskStore } from './registration-tasks/registration-task.store.js';
import { RegistrationGauge } from './registration-tasks/registration-gauge.js';
import { RegistrationWorker } from './registration-tasks/registration-worker.js';
import { ProvisioningMetrics } from './provisioning/provisioning-metrics.js';
import { ThingRegistration } from './provisioning/thing-registration.js';
import { ClaimPrincipals } from './provisioning-claims/claim-principals.js';
import { ProvisioningClaimController } from './provisioning-claims/provisioning-claim.controller.js';
import { ProvisioningClaimService } from './provisioning-claims/provisioning-claim.service.js';
import { ProvisioningClaimStore } from './provisioning-claims/provisioning-claim.store.js';
import { HookTargets } from './provisioning-hooks/hook-targets.js';
import { PreProvisioningHook } from './provisioning-hooks/pre-provisioning-hook.js';
import { ProvisioningTemplateController } from './provisioning-templates/provisioning-template.controller.js';
import { ProvisioningTemplateService } from './provisioning-templates/provisioning-template.service.js';
import { ProvisioningTemplateStore } from './provisioning-templates/provisioning-template.store.js';
import { TemplateHooks } from './provisioning-templates/template-hooks.js';
import { TemplateVersionController } from './provisioning-templates/template-version.controller.js';
import { TemplateVersionService } from './provisioning-templates/template-version.service.js';
import { TemplateVersionStore } from './provisioning-templates/template-version.store.js';
import { REGISTRY_CONFIG, type RegistryConfig } from './registry.config.js';
import { registryMigrations } from './registry.migrations.js';
import { SealedSecretsStore } from './secrets/sealed-secrets.store.js';
import { SealingAnew } from './secrets/sealing-anew.js';
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
import { ShadowSchemaController } from './shadow-schemas/shadow-schema.controller.js';
import { ShadowSchemaStore } from './shadow-schemas/shadow-schema.store.js';
import { ShadowSchemas } from './shadow-schemas/shadow-schemas.js';
import { ThingTypeController } from './thing-types/thing-type.controller.js';
import { ThingTypeService } from './thing-types/thing-type.service.js';
import { ThingTypeStore } from './thing-types/thing-type.store.js';
import { ThingEvents } from './things/thing-events.js';
import { ThingListService } from './things/thing-list.service.js';
import { ThingPrincipalController } from './things/thing-principal.controller.js';
import { ThingPrincipalService } from './things/thing-principal.service.js';
import { ThingPrincipalStore } from './things/thing-principal.store.js';
import { ThingReader } from './things/thing-reader.js';
import { ThingSearchStore } from './things/thing-search.store.js';
import { ThingController } from './things/thing.controller.js';
import { ThingService } from './things/thing.service.js';
import { ThingStore } from './things/thing.store.js';

const CONTROLLERS = [
  ThingController,
  ThingPrincipalController,
  ThingTypeController,
  ShadowSchemaController,
  BillingGroupController,
  TagController,
  EventConfigurationController,
  PrincipalChangeController,
  RegistryChangeController,
  CertificateController,
  ThingGroupController,
  PolicyController,
  PolicyVersionController,
  PrincipalController,
  AuthorizationController,
  AccessKeyController,
  ApiKeyController,
  AuthorityController,
  CaCertificateController,
  ProvisioningController,
  ProvisioningTemplateController,
  TemplateVersionController,
  ProvisioningClaimController,
  FleetProvisioningController,
  AuditController,
  IdempotencyController,
  RegistrationTaskController,
];

const PROVIDERS: Provider[] = [
  secretBoxProvider,
  SealedSecretsStore,
  SealingAnew,
  ChangeStore,
  RegistryTransactions,
  RegistryContext,
  EventStamps,
  EventOutboxStore,
  EventRelay,
  OutboxGauge,
  PrincipalChangeStore,
  RegistryChangeStore,
  RegistryChanges,
  PrincipalChanges,
  EventConfigurationStore,
  EventConfigurationService,
  TagStore,
  TagService,
  TaggableResourceStore,
  ShadowSchemaStore,
  ShadowSchemas,
  ThingTypeStore,
  ThingTypeService,
  BillingGroupStore,
  BillingGroupService,
  ThingStore,
  ThingReader,
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
  AccessKeyStore,
  AccessKeyService,
  FirstAccessKey,
  ApiKeyStore,
  ApiKeyService,
  FirstApiKey,
  ThingProvisioning,
  CertificateProvisioning,
  ProvisioningService,
  JustInTimeRegistration,
  JustInTimeProvisioning,
  PresentationService,
  ProvisioningMetrics,
  ThingRegistration,
  HookTargets,
  PreProvisioningHook,
  TemplateHooks,
  ProvisioningTemplateStore,
  ProvisioningTemplateService,
  TemplateVersionStore,
  TemplateVersionService,
  RegistrationTemplates,
  ProvisioningClaimStore,
  ProvisioningClaimService,
  ClaimPrincipals,
  ClaimCheck,
  FleetCertificates,
  NewCertificates,
  FleetRegistration,
  FleetObservation,
  OwnershipTokenStore,
  OwnedCertificates,
  OwnedCertificateStores,
  ProvisioningLeftovers,
  UnclaimedCertificate,
  UnclaimedCertificateRemoval,
  AuditStore,
  AuditRetention,
  IdempotencyStore,
  IdempotencyService,
  IdempotencyExpiry,
  RegistrationInputStore,
  RegistrationInputService,
  RegistrationTaskStore,
  RegistrationLineStore,
  LineRegistration,
  RegistrationRun,
  RegistrationWorker,
  RegistrationGauge,
  RegistrationTaskService,
  RegistrationRetention,
];

/** The registry: things and their groups, certificates, policies, API keys. It owns identity. */
@Module({})
export class RegistryModule {
  static forRoot(config: RegistryConfig): DynamicModule {
    return {
      module: RegistryModule,
      imports: [
        PersistenceModule.forService({
          ...registryMigrations,
          entities: [CertificateEntity, AuthorityEntity, AccessKeyEntity, ApiKeyEntity, CaCertificateEntity],
        }),
      ],
      controllers: CONTROLLERS,
      providers: [{ provide: REGISTRY_CONFIG, useValue: config }, ...PROVIDERS],
    };
  }
}
