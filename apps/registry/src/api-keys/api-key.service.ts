import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ReplyOf, verifyApiKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, DataDirectory, IdGenerator } from '#thingcore/platform';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { ApiKeyStore } from './api-key.store.js';

const FIRST_KEY = 'first-administrator';
const KEY_FILE = 'api-key';

/** API keys: who may use the platform's own interfaces. */
@Injectable()
export class ApiKeyService implements OnModuleInit {
  constructor(
    private readonly store: ApiKeyStore,
    private readonly dataDirectory: DataDirectory,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
  ) {}

  /** A new database gets its first administrator key, which is shown in one place only: the file `api-key`. */
  async onModuleInit(): Promise<void> {
    const key = this.config.apiKey ?? `tc_${this.ids.secret(32)}`;
    const isFirst = await this.store.insertIfAbsent({
      name: FIRST_KEY,
      keySha256: createHash('sha256').update(key).digest('hex'),
      role: 'admin',
      createdAt: new Date(this.clock.now()),
    });
    if (isFirst) await this.dataDirectory.write(KEY_FILE, `${key}\n`, 0o600);
  }

  async verify(keySha256: string): Promise<ReplyOf<typeof verifyApiKey>> {
    const key = await this.store.findByHash(keySha256);
    if (key === undefined) throw new IotError('Unauthorized', 'This API key is not valid');
    return { name: key.name, role: key.role };
  }
}
