import type {
  BillingGroup,
  CaCertificate,
  Certificate,
  Policy,
  Thing,
  ThingGroup,
  ThingType,
} from '#thingcore/contracts';

const ARN = 'arn:aws:iot:us-east-1:123456789012';

/** When everything in these fixtures was created, and what GraphQL makes of it. */
export const CREATED_AT = 1_700_000_000_000;
export const CREATED_AT_TEXT = '2023-11-14T22:13:20.000Z';

/** A thing as the registry answers it. */
export function aThing(thingName: string, facts: Partial<Thing> = {}): Thing {
  return {
    thingName,
    thingId: `id of ${thingName}`,
    thingArn: `${ARN}:thing/${thingName}`,
    attributes: { site: 'b7' },
    version: 3,
    createdAt: CREATED_AT,
    ...facts,
  };
}

/** A thing type as the registry answers it. */
export function aThingType(thingTypeName: string, facts: Partial<ThingType> = {}): ThingType {
  return {
    thingTypeName,
    thingTypeId: `id of ${thingTypeName}`,
    thingTypeArn: `${ARN}:thingtype/${thingTypeName}`,
    searchableAttributes: ['site'],
    deprecated: false,
    createdAt: CREATED_AT,
    ...facts,
  };
}

/** A thing group as the registry answers it, below the groups `above`, the root first. */
export function aThingGroup(thingGroupName: string, above: string[] = [], facts: Partial<ThingGroup> = {}): ThingGroup {
  const parentGroupName = above.at(-1);
  return {
    thingGroupName,
    thingGroupId: `id of ${thingGroupName}`,
    thingGroupArn: `${ARN}:thinggroup/${thingGroupName}`,
    ...(parentGroupName === undefined ? {} : { parentGroupName }),
    rootToParentGroups: above.map((groupName) => ({ groupName, groupArn: `${ARN}:thinggroup/${groupName}` })),
    attributes: { floor: '2' },
    version: 4,
    createdAt: CREATED_AT,
    ...facts,
  };
}

/** A billing group as the registry answers it. */
export function aBillingGroup(billingGroupName: string, facts: Partial<BillingGroup> = {}): BillingGroup {
  return {
    billingGroupName,
    billingGroupId: `id of ${billingGroupName}`,
    billingGroupArn: `${ARN}:billinggroup/${billingGroupName}`,
    version: 2,
    createdAt: CREATED_AT,
    ...facts,
  };
}

/** The id of a certificate: this digit 64 times. */
export const anId = (digit: string): string => digit.repeat(64);

/** A certificate as the registry answers it; its id is `digit` 64 times. */
export function aCertificate(digit: string, facts: Partial<Certificate> = {}): Certificate {
  return {
    certificateId: anId(digit),
    certificateArn: `${ARN}:cert/${anId(digit)}`,
    certificatePem: `PEM of ${digit}`,
    certificateMode: 'DEFAULT',
    status: 'ACTIVE',
    notBefore: CREATED_AT,
    notAfter: 1_800_000_000_000,
    createdAt: CREATED_AT,
    lastModifiedAt: CREATED_AT,
    ...facts,
  };
}

/** A CA certificate as the registry answers it; its id is `digit` 64 times. */
export function aCaCertificate(digit: string, facts: Partial<CaCertificate> = {}): CaCertificate {
  return {
    certificateId: anId(digit),
    certificateArn: `${ARN}:cacert/${anId(digit)}`,
    certificatePem: `PEM of ${digit}`,
    subject: 'CN=Plant CA',
    status: 'ACTIVE',
    autoRegistrationStatus: 'ENABLE',
    certificateMode: 'DEFAULT',
    notBefore: CREATED_AT,
    notAfter: 1_800_000_000_000,
    createdAt: CREATED_AT,
    lastModifiedAt: CREATED_AT,
    ...facts,
  };
}

/** A policy as the registry answers it. */
export function aPolicy(policyName: string, facts: Partial<Policy> = {}): Policy {
  return {
    policyName,
    policyArn: `${ARN}:policy/${policyName}`,
    policyDocument: '{"Version": "2012-10-17", "Statement": []}',
    policyVersionId: '2',
    createdAt: CREATED_AT,
    lastModifiedAt: CREATED_AT,
    ...facts,
  };
}
