import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type AuditEntry, recordAudit } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';

/** What one command takes. */
const BATCH = 500;

/** How long a mutation waits for its entry, in milliseconds; by then the registry is not coming back at once. */
const WRITE_LIMIT_MS = 2_000;

/** How long entries that could not be written wait for the next try, in milliseconds. */
const RETRY_MS = 1_000;

/** How many entries wait for a registry that is away; above it the oldest are in the log of the process only. */
const MAX_WAITING = 10_000;

interface Waiting {
  readonly entry: AuditEntry;
  readonly release: () => void;
}

/**
 * Brings entries to the audit log. A mutation is answered when its entry is stored: whoever has an answer has the entry.
 * While the registry is away entries wait here, and their mutations are answered without them; what is lost with the
 * process then is in its log.
 */
@Injectable()
export class AuditLog implements Part {
  readonly name = 'audit log';
  readonly stage = 'prepare';
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private hasFailed = false;
  private readonly stopping = new AbortController();

  constructor(
    lifecycle: Lifecycle,
    private readonly rpc: RpcClient,
    private readonly logger: Logger,
    private readonly metrics: GatewayMetrics,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Tries once more to write what waits; what cannot be written goes to the log of the process. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.writing;
    if (this.waiting.length > 0) await this.writeSome();
    this.drop(this.waiting.splice(0));
  }

  /** Throws `ServiceUnavailable` while the log cannot be written, if operators want no change without an entry. */
  checkWritable(): void {
    if (!this.config.auditRequired || !this.hasFailed) return;
    throw new IotError(
      'ServiceUnavailable',
      'Nothing can be changed while the audit log cannot be written: the registry does not answer. Try again',
    );
  }

  /** Adds an entry; resolves when it is stored, or when it has to wait for the registry. */
  add(entry: AuditEntry): Promise<void> {
    return new Promise((release) => {
      this.waiting.push({ entry, release });
      if (this.waiting.length > MAX_WAITING) this.drop(this.waiting.splice(0, this.waiting.length - MAX_WAITING));
      // Its mutation has been made already; waiting for a registry that is away would change nothing.
      if (this.hasFailed) release();
      this.writing ??= this.write();
    });
  }

  private async write(): Promise<void> {
    // What the mutations of one turn of the event loop add goes out together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      if (await this.writeSome()) continue;
      if (this.stopping.signal.aborted) break;
      await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
    // In the same turn as the last look at what waits: whoever adds an entry later starts it anew.
    this.writing = undefined;
  }

  /** Whether some entries were stored. Those that were not stay where they are. */
  private async writeSome(): Promise<boolean> {
    const batch = this.waiting.slice(0, BATCH);
    try {
      await this.rpc.call(recordAudit, { entries: batch.map(({ entry }) => entry) }, { deadlineMs: WRITE_LIMIT_MS });
    } catch (error) {
      // What is refused once is refused for ever, and would keep back all that comes after it.
      if (isRefusal(error)) {
        this.forget(batch);
        return true;
      }
      if (!this.hasFailed) this.logger.error('The audit log cannot be written', { error: String(error) });
      this.hasFailed = true;
      for (const { release } of this.waiting) release();
      return false;
    }
    if (this.hasFailed) this.logger.info('The audit log can be written again');
    this.hasFailed = false;
    for (const { release } of batch) release();
    this.remove(batch);
    return true;
  }

  private forget(batch: readonly Waiting[]): void {
    this.remove(batch);
    this.drop(batch);
  }

  private remove(batch: readonly Waiting[]): void {
    const gone = new Set(batch);
    this.waiting = this.waiting.filter((one) => !gone.has(one));
  }

  private drop(dropped: readonly Waiting[]): void {
    if (dropped.length > 0) this.metrics.dropAuditEntries(dropped.length);
    for (const { entry, release } of dropped) {
      this.logger.warn('an audit entry could not be stored', { audit: entry });
      release();
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof IotError && error.code === 'InvalidRequest';
}
