import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Logger } from '#thingcore/platform';
import { purposeOf as purposeOfAccessKey } from '../access-keys/key-material.js';
import { purposeOfAuthority } from '../authorities/authority-keys.js';
import { purposeOfHook } from '../provisioning-templates/template-hooks.js';
import { SealedSecretsStore } from './sealed-secrets.store.js';
import { SecretBox } from './secret-box.js';

/** All kinds of secrets, but the answers to idempotency keys: those are gone after a day. */
const KINDS = [
  { table: 'authorities', id: 'authority_id', column: 'sealed_private_key', purposeOf: () => purposeOfAuthority },
  { table: 'access_keys', id: 'access_key_id', column: 'sealed_secret', purposeOf: purposeOfAccessKey },
  { table: 'provisioning_templates', id: 'template_name', column: 'hook_secret_sealed', purposeOf: purposeOfHook },
];

/**
 * Seals with the current key what the previous one has sealed, at the start, while there is a previous one. Errors: those of
 * {@link SecretBox.open} for a secret that neither key opens; then nothing is served.
 */
@Injectable()
export class SealingAnew implements OnModuleInit {
  constructor(
    private readonly store: SealedSecretsStore,
    private readonly box: SecretBox,
    private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.box.hasPreviousKey) return;
    for (const { purposeOf, ...where } of KINDS) {
      const secrets = await this.store.change(where, (id, sealed) => this.box.sealAnew(sealed, purposeOf(id)));
      this.logger.info('secrets are sealed with the current key', { table: where.table, secrets });
    }
  }
}
