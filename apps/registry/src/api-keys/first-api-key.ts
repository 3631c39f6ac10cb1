import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, ConfigError, DataDirectory, IdGenerator } from '#thingcore/platform';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { isAdministrators, newKey, sha256 } from './api-key.service.js';
import { ApiKeyStore } from './api-key.store.js';

const NAME = 'first-administrator';
const RECOVERED = 'recovered-administrator';
const FILE = 'api-key';

/**
 * A new database gets its first administrator key, which is shown in one place only: the file `api-key`. A database
 * that had one gets no other, be it revoked or not, with one exception: where no administrator's key is valid any more,
 * the key of the setting is added at the next start, under a name of its own. Whoever sets settings owns the platform,
 * and is let in again.
 */
@Injectable()
export class FirstApiKey implements OnModuleInit {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly store: ApiKeyStore,
    private readonly dataDirectory: DataDirectory,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
  ) {}

  /** Throws ConfigError when the key of the setting is to let an administrator in again and was in use before. */
  async onModuleInit(): Promise<void> {
    const { apiKey } = this.config;
    const key = apiKey ?? newKey(this.ids);
    const { isFirst, usedBy } = await this.transactions.run(async (tx) => {
      if (await this.add(tx, NAME, key)) return { isFirst: true };
      return { isFirst: false, usedBy: apiKey === undefined ? undefined : await this.recover(tx, apiKey) };
    });
    if (isFirst) await this.dataDirectory.write(FILE, `${key}\n`, 0o600);
    if (usedBy !== undefined) {
      throw new ConfigError([
        `THINGCORE_REGISTRY_API_KEY is the API key ${usedBy}, which is no valid key of an administrator, and no other is either: ` +
          'set it to another key, at least 32 characters that nobody can guess',
      ]);
    }
  }

  /** Adds the key if no administrator has a valid one; answers the name of the one that has used it up. */
  private async recover(tx: RegistryTransaction, key: string): Promise<string | undefined> {
    const keys = await this.store.lockAll(tx.manager);
    const now = new Date(this.clock.now());
    if (keys.some((known) => isAdministrators(known, now))) return undefined;
    const used = keys.find(({ keySha256 }) => keySha256 === sha256(key));
    if (used !== undefined) return used.name;
    const names = new Set(keys.map(({ name }) => name));
    let name = RECOVERED;
    for (let count = 2; names.has(name); count++) name = `${RECOVERED}-${count}`;
    await this.add(tx, name, key);
    return undefined;
  }

  private add({ manager }: RegistryTransaction, name: string, key: string): Promise<boolean> {
    return this.store.insertIfAbsent(manager, {
      name,
      keySha256: sha256(key),
      role: 'admin',
      createdAt: new Date(this.clock.now()),
      expiresAt: null,
      revokedAt: null,
    });
  }
}
