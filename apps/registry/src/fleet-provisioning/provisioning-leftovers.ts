import { Injectable } from '@nestjs/common';
import { Logger } from '#thingcore/platform';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { ProvisioningClaimStore } from '../provisioning-claims/provisioning-claim.store.js';
import { OwnershipTokenStore } from './ownership-token.store.js';
import { UnclaimedCertificate } from './unclaimed-certificate.js';

/** Small steps: whoever provisions meanwhile hardly notices. */
const STEP_ROWS = 100;

/** Claims that have ended are known for some time, so that a refusal can say that they have expired. */
const CLAIM_KEPT_MS = 3_600_000;

/** What provisionings leave behind when their device does not come back. */
@Injectable()
export class ProvisioningLeftovers {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly tokens: OwnershipTokenStore,
    private readonly claims: ProvisioningClaimStore,
    private readonly unclaimed: UnclaimedCertificate,
    private readonly logger: Logger,
  ) {}

  /** Removes some of what is due; answers whether there may be more. */
  async remove(now: Date): Promise<boolean> {
    const { tokens, removed } = await this.transactions.run((tx) => this.removeTokensIn(tx, now));
    if (removed.length > 0) {
      this.logger.info('certificates that no device came back for were removed', { certificateIds: removed });
    }
    const before = new Date(now.getTime() - CLAIM_KEPT_MS);
    const claims = await this.transactions.run(({ manager }) => this.claims.removeExpired(manager, before, STEP_ROWS));
    return tokens === STEP_ROWS || claims.length === STEP_ROWS;
  }

  // AWS: "Device provisioning MQTT API": the certificate of an expired token is deleted if it was neither activated nor
  // attached to anything.
  private async removeTokensIn(tx: RegistryTransaction, now: Date) {
    const expired = await this.tokens.lockExpired(tx.manager, now, STEP_ROWS);
    const removed: string[] = [];
    for (const { certificateId } of expired) {
      if (await this.unclaimed.removeIn(tx, certificateId)) removed.push(certificateId);
    }
    await this.tokens.remove(
      tx.manager,
      expired.map(({ certificateId }) => certificateId),
    );
    return { tokens: expired.length, removed };
  }
}
