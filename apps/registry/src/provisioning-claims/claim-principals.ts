import { Injectable } from '@nestjs/common';
import type { Principal } from '#thingcore/contracts';
import { Scope } from '#thingcore/platform';
import { claimPolicy } from './claim-policy.js';
import { ProvisioningClaimStore } from './provisioning-claim.store.js';

/** What holders of temporary claims may do: they are principals without being certificates of the registry. */
@Injectable()
export class ClaimPrincipals {
  constructor(
    private readonly claims: ProvisioningClaimStore,
    private readonly scope: Scope,
  ) {}

  /** The principals of claims by the ids of their certificates; what is no claim is left out. */
  async ofCertificates(certificateIds: readonly string[]): Promise<Map<string, Principal>> {
    if (certificateIds.length === 0) return new Map();
    const claims = await this.claims.findMany([...new Set(certificateIds)]);
    return new Map(
      claims.map(({ certificateId, templateName, notBefore, expiresAt }) => [
        certificateId,
        {
          certificateId,
          status: 'ACTIVE',
          notBefore: notBefore.getTime(),
          // Whoever holds connections ends them at this time.
          notAfter: expiresAt.getTime(),
          policies: [claimPolicy(this.scope, templateName)],
        },
      ]),
    );
  }
}
