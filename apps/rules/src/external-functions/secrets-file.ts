import { readFile, stat } from 'node:fs/promises';
import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';

/** How long an answer is good without a look at the file. */
const LOOK_AGAIN_MS = 1_000;

/** A secret, as text or as bytes in base64. */
export interface Secret {
  readonly secretString?: string;
  readonly secretBinary?: string;
}

/**
 * The secrets that `get_secret()` reads: a JSON object in a file, which only the operator can write. A text is a
 * SecretString; an object is one too, as its JSON text, unless its only member is `SecretBinary`.
 */
export class SecretsFile {
  private secrets: ReadonlyMap<string, Secret> = new Map();
  private readVersion = '';
  private lookedAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly file: string | undefined,
    private readonly now: () => number,
  ) {}

  /** Why there are no secrets; undefined when there may be some. */
  get unavailable(): string | undefined {
    return this.file === undefined
      ? 'there are no secrets; set THINGCORE_RULES_SECRETS_FILE to a JSON file with them'
      : undefined;
  }

  /**
   * The current version of a secret, undefined when there is none. Errors: `InvalidRequest` when there is no file or it
   * cannot be used; nothing of it is said.
   *
   * @param secretId its name, or its ARN; an ARN of AWS also finds the secret by the name in it
   */
  async find(secretId: string): Promise<Secret | undefined> {
    if (this.now() - this.lookedAt > LOOK_AGAIN_MS) {
      this.reading ??= this.readAgain().finally(() => (this.reading = undefined));
      await this.reading;
    }
    const name = nameInArn(secretId);
    return this.secrets.get(secretId) ?? (name === undefined ? undefined : this.secrets.get(name));
  }

  private async readAgain(): Promise<void> {
    if (this.file === undefined) throw new IotError('InvalidRequest', `get_secret(): ${this.unavailable}`);
    let problem = 'it cannot be read';
    try {
      const { mtimeMs, size, ino } = await stat(this.file);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version !== this.readVersion) {
        const text = await readFile(this.file, 'utf8');
        problem = 'it must be a JSON object of names and secrets';
        this.secrets = parse(text);
        this.readVersion = version;
      }
      this.lookedAt = this.now();
    } catch {
      // The error of a parser would quote the file.
      throw new IotError('InvalidRequest', `THINGCORE_RULES_SECRETS_FILE=${this.file} cannot be used: ${problem}`);
    }
  }
}

function parse(text: string): ReadonlyMap<string, Secret> {
  const document = JSON.parse(text) as JsonValue;
  if (!isObject(document)) throw new TypeError('no object');
  return new Map(Object.entries(document).map(([name, value]) => [name, toSecret(value)]));
}

function toSecret(value: JsonValue): Secret {
  if (typeof value === 'string') return { secretString: value };
  if (isObject(value) && Object.keys(value).length === 1 && typeof value['SecretBinary'] === 'string') {
    return { secretBinary: value['SecretBinary'] };
  }
  return { secretString: JSON.stringify(value) };
}

/** AWS: the ARN of a secret ends in its name and six random characters. */
function nameInArn(secretId: string): string | undefined {
  return /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(secretId)?.[1];
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
