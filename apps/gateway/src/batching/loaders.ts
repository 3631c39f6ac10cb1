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
  getConnectivityOfThings,
  getGroupsOfThings,
  getPolicies,
  getPoliciesOfTargets,
  getPrincipalsOfThings,
  getProvisioningTemplates,
  getRuleMetrics,
  getThingGroups,
  getThings,
  getThingTypes,
  lintPolicy,
  listCertificates,
  listDenials,
  listPolicyVersions,
  listPrincipalThings,
  listProvisioningTemplateVersions,
  listSubscriptions,
  listTargetsForPolicy,
  listThingGroups,
  listThings,
  type Policy,
  type ProvisioningTemplateRecord,
  type ReplyOf,
  type RequestOf,
  type RuleMetrics,
  type Thing,
  type ThingGroup,
  type ThingType,
} from '#thingcore/contracts';
import type { RpcClient } from '#thingcore/transport';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import { ShadowLoaders } from '../shadows/shadow-loaders.js';
import { tagsOf } from '../tags/resource-tags.js';
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

  /** Provisioning templates by name. */
  readonly provisioningTemplates = this.byKey(async (templateNames) => {
    const { templates } = await this.rpc.call(getProvisioningTemplates, { templateNames });
    return templates.map((template): [string, ProvisioningTemplateRecord] => [template.templateName, template]);
  });

  /** The versions of provisioning templates. */
  readonly provisioningTemplateVersionLists = this.listsOf(listProvisioningTemplateVersions);

  /** What rules have done, by the name of the rule. */
  readonly ruleMetrics = this.byKey(async (ruleNames) => {
    const { metrics } = await this.rpc.call(getRuleMetrics, { ruleNames });
    return metrics.map((counted): [string, RuleMetrics] => [counted.ruleName, counted]);
  });

  /** The tags of resources by their ARN. */
  readonly tags = new BatchLoader((resourceArns) => tagsOf(this.rpc, resourceArns));

  /** Connectivity by client id. */
  readonly connectivity = this.byKey(async (clientIds) => {
    const { connectivity } = await this.rpc.call(getConnectivity, { clientIds });
    return connectivity.map((known): [string, Connectivity] => [known.clientId, known]);
  });

  /** Connectivity by the name of the thing. */
  readonly connectivityOfThings = this.byKey(async (thingNames) => {
    const { things } = await this.rpc.call(getConnectivityOfThings, { thingNames });
    return things.map(({ thingName, connectivity }): [string, Connectivity] => [thingName, connectivity]);
  });

  /** What clients are subscribed to. */
  readonly clientSubscriptionLists = this.listsOf(listSubscriptions);

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
  /** Shadows and what they were. */
  readonly shadows = new ShadowLoaders(() => this.rpc);

  constructor(private readonly rpc: RpcClient) {}

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
