/** The migrations of each release that changed a schema, for good: what was released is never changed or taken away. */
export const RELEASED_MIGRATIONS: readonly {
  readonly release: number;
  readonly version: string;
  readonly migrations: Readonly<Record<string, readonly string[]>>;
}[] = [
  {
    release: 1,
    version: '0.1.0',
    migrations: {
      registry: [
        'CreateRegistry1764000000000',
        'CreateChanges1764200000000',
        'CreateThingTypes1764210000000',
        'CreateBillingGroups1764220000000',
        'CompleteThings1764230000000',
        'CreateResourceTags1764240000000',
        'CreateThingGroups1764300000000',
        'CompletePolicies1764400000000',
        'CompleteCertificates1764500000000',
        'RotateAuthorities1764600000000',
        'ManageApiKeys1764700000000',
        'OrderGroupMembers1764800000000',
        'KnowCertificateContents1764900000000',
        'CreateAuditEntries1765080000000',
        'CreateIdempotencyKeys1765085000000',
        'KeepShadowSchemas1765086000000',
        'OrderCertificatesByExpiry1765087000000',
        'CreateRegistryChanges1765090000000',
        'CreateAccessKeys1765100000000',
        'CreateProvisioningTemplates1765110000000',
        'CreateRegistrationTasks1765130000000',
        'KeepWhatAwsCallersSend1765140000000',
        'CompleteDescriptions1765150000000',
        'OrderByCreation1765160000000',
      ],
      shadow: ['CreateShadows1764000000000', 'KeepShadowChanges1764300000000'],
      rules: [
        'CreateRules1764000000000',
        'CreateDestinations1764600000000',
        'CompleteDelivery1765200000000',
        'TagRules1765300000000',
      ],
    },
  },
];
