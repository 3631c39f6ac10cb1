import { Injectable } from '@nestjs/common';
import type { createPolicyVersion, ParsedRequestOf, Policy, PolicyVersion } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { missingPolicy, missingVersion } from './policy-refusals.js';
import { parsePolicyText } from './policy-text.js';
import { toPolicy } from './policy-view.js';
import { PolicyStore, type PolicyVersionRecord, type PolicyVersions } from './policy.store.js';

/** AWS IoT quota: "versions per policy". */
const MAX_VERSIONS = 5;

/** The versions of policies. The default one is the one that counts. */
@Injectable()
export class PolicyVersionService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly policies: PolicyStore,
    private readonly context: RegistryContext,
  ) {}

  create(request: ParsedRequestOf<typeof createPolicyVersion>): Promise<PolicyVersion> {
    return this.transactions.run((tx) => this.createIn(tx, request));
  }

  /** Adds a version; its id is one that was never used. VersionsLimitExceeded when there are five. */
  async createIn(
    tx: RegistryTransaction,
    { policyName, policyDocument, setAsDefault }: ParsedRequestOf<typeof createPolicyVersion>,
  ): Promise<PolicyVersion> {
    parsePolicyText(policyDocument);
    const { versions, defaultVersion, lastVersion } = await this.lock(tx, policyName);
    if (versions.length >= MAX_VERSIONS) {
      throw new IotError(
        'VersionsLimitExceeded',
        `Policy ${policyName} has ${versions.length} versions (${versions.join(', ')}; ${defaultVersion} is the default ` +
          `one), which is as many as there can be: delete one that is not needed any more`,
        { details: { field: 'policyName', policyName, limit: MAX_VERSIONS, versions: versions.map(String) } },
      );
    }
    const createdAt = this.context.now();
    const version = { version: lastVersion + 1, policyDocument, createdAt };
    await this.policies.addVersion(tx.manager, policyName, version);
    if (setAsDefault) await this.makeDefault(tx, policyName, version.version);
    return toVersion(policyName, { ...version, isDefault: setAsDefault });
  }

  async list(policyName: string): Promise<PolicyVersion[]> {
    const versions = await this.policies.versions(policyName);
    if (versions.length === 0) throw missingPolicy(policyName);
    return versions.map((version) => toVersion(policyName, version));
  }

  setDefault(policyName: string, policyVersionId: string): Promise<Policy> {
    return this.transactions.run(async (tx) => {
      const policy = await this.lock(tx, policyName);
      const version = requireVersion(policyName, policyVersionId, policy);
      if (version !== policy.defaultVersion) await this.makeDefault(tx, policyName, version);
      const record = await this.policies.findIn(tx.manager, policyName);
      if (record === undefined) throw missingPolicy(policyName);
      return toPolicy(this.context, record);
    });
  }

  delete(policyName: string, policyVersionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      const policy = await this.lock(tx, policyName);
      const version = requireVersion(policyName, policyVersionId, policy);
      if (version === policy.defaultVersion) {
        throw new IotError(
          'DeleteConflict',
          `Version ${policyVersionId} is the default version of policy ${policyName}: make another version the default ` +
            'one first, or delete the policy',
          { details: { field: 'policyVersionId', policyName, policyVersionId } },
        );
      }
      await this.policies.deleteVersion(tx.manager, policyName, version, this.context.now());
    });
  }

  private async makeDefault(tx: RegistryTransaction, policyName: string, version: number): Promise<void> {
    await this.policies.setDefaultVersion(tx.manager, policyName, version, this.context.now());
    tx.affects('policy', policyName);
  }

  private async lock({ manager }: RegistryTransaction, policyName: string): Promise<PolicyVersions> {
    const policy = await this.policies.lock(manager, policyName);
    if (policy === undefined) throw missingPolicy(policyName);
    return policy;
  }
}

function requireVersion(policyName: string, policyVersionId: string, { versions }: PolicyVersions): number {
  const version = versions.find((known) => String(known) === policyVersionId);
  if (version === undefined) throw missingVersion(policyName, policyVersionId, versions.map(String));
  return version;
}

function toVersion(
  policyName: string,
  { version, policyDocument, isDefault, createdAt }: PolicyVersionRecord,
): PolicyVersion {
  return {
    policyName,
    policyVersionId: String(version),
    policyDocument,
    isDefaultVersion: isDefault,
    createdAt: createdAt.getTime(),
  };
}
