import { randomBytes } from 'node:crypto';
import { ConfigError, DataDirectory } from '#thingcore/platform';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { SecretBox } from './secret-box.js';

const KEY_BYTES = 32;
const KEY_FILE = 'secret-key';

/** The secret box with the key of the configuration, else of the data directory, where the first start makes one. */
export const secretBoxProvider = {
  provide: SecretBox,
  inject: [REGISTRY_CONFIG, DataDirectory],
  async useFactory(config: RegistryConfig, dataDirectory: DataDirectory): Promise<SecretBox> {
    const previous =
      config.previousSecretKey === undefined
        ? undefined
        : decode(config.previousSecretKey, 'THINGCORE_REGISTRY_PREVIOUS_SECRET_KEY');
    if (config.secretKey !== undefined) {
      return new SecretBox(decode(config.secretKey, 'THINGCORE_REGISTRY_SECRET_KEY'), previous);
    }
    const made = `${randomBytes(KEY_BYTES).toString('base64')}\n`;
    const kept = (await dataDirectory.read(KEY_FILE)) ?? (await dataDirectory.writeOnce(KEY_FILE, made, 0o600));
    return new SecretBox(decode(kept.trim(), dataDirectory.join(KEY_FILE)), previous);
  },
};

function decode(text: string, source: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new ConfigError([
    `${source} must hold ${KEY_BYTES} bytes in base64, as "openssl rand -base64 ${KEY_BYTES}" makes them`,
  ]);
}
