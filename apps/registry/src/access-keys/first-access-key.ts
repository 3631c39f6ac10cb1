import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, DataDirectory, IdGenerator } from '#thingcore/platform';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { SecretBox } from '../secrets/secret-box.js';
import { AccessKeyStore } from './access-key.store.js';
import { newAccessKeyId, newSecretAccessKey, purposeOf } from './key-material.js';

const NAME = 'first-administrator';
const FILE = 'aws-credentials.json';

/** A database that never had an access key gets its administrator's, which is shown in one place only: `aws-credentials.json`. */
@Injectable()
export class FirstAccessKey implements OnModuleInit {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly store: AccessKeyStore,
    private readonly box: SecretBox,
    private readonly dataDirectory: DataDirectory,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const [accessKeyId, secretAccessKey] = [newAccessKeyId(this.ids), newSecretAccessKey(this.ids)];
    const isFirst = await this.transactions.run(async ({ manager }) => {
      if (await this.store.hasAny(manager)) return false;
      await this.store.insert(manager, {
        accessKeyId,
        name: NAME,
        role: 'admin',
        sealedSecret: this.box.seal(secretAccessKey, purposeOf(accessKeyId)),
        createdAt: new Date(this.clock.now()),
        expiresAt: null,
        revokedAt: null,
      });
      return true;
    });
    if (!isFirst) return;
    await this.dataDirectory.write(FILE, `${JSON.stringify({ accessKeyId, secretAccessKey }, null, 2)}\n`, 0o600);
  }
}
