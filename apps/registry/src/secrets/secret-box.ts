import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { IotError } from '#thingcore/errors';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals secrets for the database with AES-256-GCM, so that a copy of the database alone gives nothing away. */
export class SecretBox {
  /**
   * @param key 32 bytes, which seals and opens
   * @param previousKey one that opens only, while a key takes the place of another
   */
  constructor(
    private readonly key: Buffer,
    private readonly previousKey?: Buffer,
  ) {}

  /** Whether there is another key, whose secrets should be sealed anew. */
  get hasPreviousKey(): boolean {
    return this.previousKey !== undefined;
  }

  /** Seals a text; `purpose` is bound to it and must be given again to open it. */
  seal(text: string, purpose: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** What was sealed with the previous key, sealed with the current one; undefined when there is nothing to do. */
  sealAnew(sealed: string, purpose: string): string | undefined {
    try {
      openWith(this.key, sealed, purpose);
      return undefined;
    } catch {
      return this.seal(this.open(sealed, purpose), purpose);
    }
  }

  /** Opens what {@link seal} made. Throws `InvalidRequest` when it was sealed with neither key. */
  open(sealed: string, purpose: string): string {
    try {
      return openWith(this.key, sealed, purpose);
    } catch (cause) {
      if (this.previousKey !== undefined) return new SecretBox(this.previousKey).open(sealed, purpose);
      throw new IotError(
        'InvalidRequest',
        `The database holds a secret (${purpose}) that was sealed with another key: set THINGCORE_REGISTRY_SECRET_KEY, ` +
          'or the file secret-key in THINGCORE_DATA_DIR, to the key it was sealed with',
        { cause },
      );
    }
  }
}

function openWith(key: Buffer, sealed: string, purpose: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
  const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}
