import { Inject, Injectable } from '@nestjs/common';
import { PublicError } from '../errors/public-error.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { readOperationsFile, sha256OfOperation } from './operations-file.js';

/** How many operations that clients have sent are remembered, and of how many characters together. */
const REMEMBERED = { operations: 1_000, characters: 4 * 1024 * 1024 };

/** What a request says of the operation that it is about. */
interface OperationRequest {
  readonly query?: string | null;
  readonly extensions?: { readonly persistedQuery?: unknown } | null;
}

/**
 * Operations that clients send by their SHA-256, as the protocol of Apollo's automatic persisted queries has it: a hash
 * alone runs what is known under it, a hash with a text makes it known. With `onlyPersisted` nothing runs but the
 * operations of a file.
 */
@Injectable()
export class PersistedOperations {
  private readonly allowed: ReadonlyMap<string, string>;
  private readonly allowedTexts: ReadonlySet<string>;
  /** In the order in which they were last used. */
  private readonly remembered = new Map<string, string>();
  private characters = 0;

  constructor(@Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig) {
    this.allowed = config.operationsFile === undefined ? new Map() : readOperationsFile(config.operationsFile);
    this.allowedTexts = new Set(this.allowed.values());
  }

  /** Throws `PERSISTED_QUERY_REQUIRED` for the text of an operation that may not run. */
  check(text: string): void {
    if (!this.config.onlyPersisted || this.allowedTexts.has(text)) return;
    throw new PublicError('Only operations that are registered here run; this is none of them', {
      code: 'PERSISTED_QUERY_REQUIRED',
    });
  }

  /**
   * The text of the operation of a request; undefined when it sends none.
   *
   * @throws `PERSISTED_QUERY_NOT_FOUND` for a hash that is not known, upon which clients send hash and text;
   *   `PERSISTED_QUERY_MISMATCH` for a hash of another text; `InvalidRequest` for what is no hash
   */
  textOf({ query, extensions }: OperationRequest): string | undefined {
    const persisted = extensions?.persistedQuery;
    if (persisted === undefined || persisted === null) return query ?? undefined;
    const hash = hashOf(persisted);
    if (query === undefined || query === null || query === '') return this.find(hash);
    if (sha256OfOperation(query) !== hash) {
      throw new PublicError('extensions.persistedQuery.sha256Hash is not the SHA-256 of the query that comes with it', {
        code: 'PERSISTED_QUERY_MISMATCH',
      });
    }
    this.check(query);
    this.remember(hash, query);
    return query;
  }

  private find(hash: string): string {
    const text = this.allowed.get(hash) ?? this.remembered.get(hash);
    if (text === undefined) {
      // Apollo: clients look for this message or this code, and send the text as well.
      throw new PublicError('PersistedQueryNotFound', { code: 'PERSISTED_QUERY_NOT_FOUND' });
    }
    if (this.remembered.delete(hash)) this.remembered.set(hash, text);
    return text;
  }

  private remember(hash: string, text: string): void {
    if (this.allowed.has(hash) || this.config.onlyPersisted) return;
    if (!this.remembered.delete(hash)) this.characters += text.length;
    this.remembered.set(hash, text);
    while (this.remembered.size > REMEMBERED.operations || this.characters > REMEMBERED.characters) {
      const [oldest] = this.remembered;
      if (oldest === undefined) return;
      this.remembered.delete(oldest[0]);
      this.characters -= oldest[1].length;
    }
  }
}

function hashOf(persisted: unknown): string {
  const { version, sha256Hash } = persisted as { version?: unknown; sha256Hash?: unknown };
  if (version === 1 && typeof sha256Hash === 'string' && /^[0-9a-f]{64}$/.test(sha256Hash)) return sha256Hash;
  throw new PublicError(
    'extensions.persistedQuery must be { "version": 1, "sha256Hash": the SHA-256 of the operation in lower-case hex }',
    { code: 'InvalidRequest', details: { field: 'extensions.persistedQuery' } },
  );
}
