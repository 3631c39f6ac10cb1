import type { ServiceSchema } from '#thingcore/persistence';
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
import { CreateAuditEntries1765080000000 } from './migrations/1765080000000-create-audit-entries.js';
import { CreateIdempotencyKeys1765085000000 } from './migrations/1765085000000-create-idempotency-keys.js';
import { KeepShadowSchemas1765086000000 } from './migrations/1765086000000-keep-shadow-schemas.js';
import { OrderCertificatesByExpiry1765087000000 } from './migrations/1765087000000-order-certificates-by-expiry.js';
import { CreateRegistryChanges1765090000000 } from './migrations/1765090000000-create-registry-changes.js';
import { CreateAccessKeys1765100000000 } from './migrations/1765100000000-create-access-keys.js';
import { CreateProvisioningTemplates1765110000000 } from './migrations/1765110000000-create-provisioning-templates.js';
import { CreateRegistrationTasks1765130000000 } from './migrations/1765130000000-create-registration-tasks.js';
import { KeepWhatAwsCallersSend1765140000000 } from './migrations/1765140000000-keep-what-aws-callers-send.js';
import { CompleteDescriptions1765150000000 } from './migrations/1765150000000-complete-descriptions.js';
import { OrderByCreation1765160000000 } from './migrations/1765160000000-order-by-creation.js';

/** The registry's schema, with its migrations in the order in which they run. */
export const registryMigrations: ServiceSchema = {
  schema: 'registry',
  migrations: [
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
    CreateAuditEntries1765080000000,
    CreateIdempotencyKeys1765085000000,
    KeepShadowSchemas1765086000000,
    OrderCertificatesByExpiry1765087000000,
    CreateRegistryChanges1765090000000,
    CreateAccessKeys1765100000000,
    CreateProvisioningTemplates1765110000000,
    CreateRegistrationTasks1765130000000,
    KeepWhatAwsCallersSend1765140000000,
    CompleteDescriptions1765150000000,
    OrderByCreation1765160000000,
  ],
};
