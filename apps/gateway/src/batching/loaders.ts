import {
  type BillingGroup,
  type CaCertificate,
  type Certificate,
  type CommandContract,
  type Connectivity,
  getBillingGroups,
  getCaCertificate,
  getCertificates,
  getConnectivity,
  getGroupsOfThings,
  getPolicies,
  getPoliciesOfTargets,
  getPrincipalsOfThings,
  getShadows,
  getTagsOfResources,
  getThingGroups,
  getThings,
  getThingTypes,
  lintPolicy,
  listCertificates,
  listDenials,
  listPolicyVersions,
  listPrincipalThings,
  listTargetsForPolicy,
  listThingGroups,
  listThings,
  type Policy,
  type ReplyOf,
  type RequestOf,
  type Thing,
  type ThingGroup,
  type ThingType,
} from '#thingcore/contracts';
import type { ShadowDocument } from '#thingcore/shadow-document';
import type { RpcClient } from '#thingcore/transport';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import { BatchLoader } from './batch-loader.js';
import { ListLoader } from './list-loader.js';

type PrincipalsOfThing = ReplyOf<typeof getPrincipalsOfThings>['things'][number]['principals'];

/** What the resolvers of one request load by name: a hundred things of a list make one call of each kind. */
export class Loaders {
  /** Things by name. */
  readonly things = this.byKey(async (thingNames) => {
    const { things } = await this.rpc.call(getThings, { thingNames });
    return things.map((thing): [string, Thing] => [thing.thingName, thing]);
  });

  /** Thing types by name. */
  readonly thingTypes = this.byKey(async (thingTypeNames) => {
    const { thingTypes } = await this.rpc.call(getThingTypes, { thingTypeNames });
    return thingTypes.map((type): [string, ThingType] => [type.thingTypeName, type]);
  });

  /** Thing groups by name. */
  readonly thingGroups = this.byKey(async (thingGroupNames) => {
    const { thingGroups } = await this.rpc.call(getThingGroups, { thingGroupNames });
    return thingGroups.map((group): [string, ThingGroup] => [group.thingGroupName, group]);
  });

  /** Billing groups by name. */
  readonly billingGroups = this.byKey(async (billingGroupNames) => {
    const { billingGroups } = await this.rpc.call(getBillingGroups, { billingGroupNames });
    return billingGroups.map((group): [string, BillingGroup] => [group.billingGroupName, group]);
  });

  /** The names of the groups that a thing is a direct member of, by its name. */
  readonly groupNamesOfThings = this.byKey(async (thingNames) => {
    const { things } = await this.rpc.call(getGroupsOfThings, { thingNames });
    return things.map(({ thingName, groupNames }): [string, string[]] => [thingName, groupNames]);
  });

  /** The principals of things by the name of the thing. */
  readonly principalsOfThings = this.byKey(async (thingNames) => {
    const { things } = await this.rpc.call(getPrincipalsOfThings, { thingNames });
    return things.map(({ thingName, principals }): [string, PrincipalsOfThing] => [thingName, principals]);
  });

  /** Certificates by id. */
  readonly certificates = this.byKey(async (certificateIds) => {
    const { certificates } = await this.rpc.call(getCertificates, { certificateIds });
    return certificates.map((certificate): [string, Certificate] => [certificate.certificateId, certificate]);
  });

  /** CA certificates by id: one call each, since an operator has few of them and all of a list may share one. */
  readonly caCertificates = this.byKey(async (certificateIds) => {
    const found = await Promise.all(
      certificateIds.map((certificateId) => nullWhenMissing(this.rpc.call(getCaCertificate, { certificateId }))),
    );
    return found.filter((ca) => ca !== null).map((ca): [string, CaCertificate] => [ca.certificateId, ca]);
  });

  /** Policies by name. */
  readonly policies = this.byKey(async (policyNames) => {
    const { policies } = await this.rpc.call(getPolicies, { policyNames });
    return policies.map((policy): [string, Policy] => [policy.policyName, policy]);
  });

  /** The tags of resources by their ARN. */
  readonly tags = this.byKey(async (resourceArns) => {
    const { resources } = await this.rpc.call(getTagsOfResources, { resourceArns });
    return resources.map(({ resourceArn, tags }): [string, Record<string, string>] => [resourceArn, tags]);
  });

  /** Connectivity by client id; a device connects with the name of its thing. */
  readonly connectivity = this.byKey(async (clientIds) => {
    const { connectivity } = await this.rpc.call(getConnectivity, { clientIds });
    return connectivity.map((known): [string, Connectivity] => [known.clientId, known]);
  });

  /** Things in lists that other entries have: those of a type, of a group. */
  readonly thingLists = this.listsOf(listThings);

  /** Groups in lists that other groups have. */
  readonly thingGroupLists = this.listsOf(listThingGroups);

  /** Certificates in lists that other entries have: those that a CA signed. */
  readonly certificateLists = this.listsOf(listCertificates);

  /** Things in lists that certificates have. */
  readonly principalThingLists = this.listsOf(listPrincipalThings);

  /** The versions of policies. */
  readonly policyVersionLists = this.listsOf(listPolicyVersions);

  /** What policies are attached to. */
  readonly policyTargetLists = this.listsOf(listTargetsForPolicy);

  /** What the linter says about documents. */
  readonly policyWarnings = this.listsOf(lintPolicy);

  /** The last denials of things and certificates. */
  readonly denialLists = this.listsOf(listDenials);

  readonly #policyNames = { direct: this.policyNames(false), recursive: this.policyNames(true) };
  readonly #shadows = new Map<string, BatchLoader<ShadowDocument>>();

  constructor(private readonly rpc: RpcClient) {}

  /** Shadows by thing name: the classic ones, or those of one name. */
  shadows(shadowName?: string): BatchLoader<ShadowDocument> {
    // No shadow has the empty name, so it may stand for the classic one.
    const known = this.#shadows.get(shadowName ?? '');
    if (known) return known;
    const loader = this.byKey(async (thingNames) => {
      const { shadows } = await this.rpc.call(getShadows, { thingNames, shadowName });
      return shadows.map(({ thingName, document }): [string, ShadowDocument] => [thingName, document]);
    });
    this.#shadows.set(shadowName ?? '', loader);
    return loader;
  }

  /** The names of the policies of certificates and thing groups by their ARN, with those of the groups above or without. */
  policyNamesOfTargets(recursive: boolean): BatchLoader<string[]> {
    return this.#policyNames[recursive ? 'recursive' : 'direct'];
  }

  private policyNames(recursive: boolean): BatchLoader<string[]> {
    return this.byKey(async (asked) => {
      const { targets } = await this.rpc.call(getPoliciesOfTargets, { targets: asked, recursive });
      return targets.map(({ target, policyNames }): [string, string[]] => [target, policyNames]);
    });
  }

  private listsOf<C extends CommandContract>(command: C): ListLoader<RequestOf<C>, ReplyOf<C>> {
    return new ListLoader((request) => this.rpc.call(command, request));
  }

  private byKey<Value>(loadMany: (keys: string[]) => Promise<[key: string, value: Value][]>): BatchLoader<Value> {
    return new BatchLoader(async (keys) => new Map(await loadMany(keys)));
  }
}
