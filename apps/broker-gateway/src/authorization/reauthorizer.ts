import { Injectable } from '@nestjs/common';
import { reviveError } from '#thingcore/errors';
import { Clock, Logger, Metrics } from '#thingcore/platform';
import { Gauge } from 'prom-client';
import { AedesBroker } from '../aedes/aedes-broker.js';
import type { Connection } from '../connection.js';
import { CertificateDenials } from '../denials/certificate-denials.js';
import { LiveConnections } from './live-connections.js';
import { PrincipalDirectory } from './principal-directory.js';
import { RecentChanges } from './recent-changes.js';
import type { Standing } from './standing.js';

/** How long the registry is left alone after it failed: doubling from the first to the last. */
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** Keeps the rights of live connections those of today, and ends connections that have none any more. */
@Injectable()
export class Reauthorizer {
  private readonly changes = new RecentChanges();
  /** Connections that something changed for since the registry was asked last. */
  private readonly stale = new Set<Connection>();
  private readonly running = new Map<Connection, Promise<void>>();
  /** Connections whose last question was not answered: they wait for the next try. */
  private readonly unanswered = new Set<Connection>();
  private retryMs = FIRST_RETRY_MS;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly live: LiveConnections,
    private readonly directory: PrincipalDirectory,
    private readonly broker: AedesBroker,
    private readonly denials: CertificateDenials,
    private readonly clock: Clock,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    const { stale, unanswered } = this;
    new Gauge({
      name: 'thingcore_broker_stale_connections',
      help: 'Connections whose rights may be outdated because the registry has not answered yet',
      registers: [metrics.registry],
      collect() {
        this.set(stale.size + unanswered.size);
      },
    });
  }

  /** Now, as a mark that {@link arrived} is given: take it before the registry is asked. */
  get mark(): number {
    return this.changes.mark;
  }

  /** Counts a connection among the live ones, and asks again if its principal has changed since the mark. */
  arrived(connection: Connection, mark: number): void {
    this.live.add(connection);
    if (this.changes.haveChangedSince(mark, connection.rights.subjects)) void this.reauthorize(connection);
  }

  /** Forgets a connection that is gone. */
  left(connection: Connection): void {
    this.live.remove(connection);
    this.unanswered.delete(connection);
  }

  /** Asks anew for the connections that depend on these subjects; resolves when all have been asked for. */
  async follow(subjects: readonly string[]): Promise<void> {
    this.changes.note(subjects);
    await Promise.all([...this.live.dependingOn(subjects)].map((connection) => this.reauthorize(connection)));
  }

  /** Asks anew for every connection: nobody knows what has changed. */
  async followEverything(): Promise<void> {
    this.changes.noteEverything();
    const withSubjects = [...this.live.all()].filter(({ rights }) => rights.subjects.length > 0);
    await Promise.all(withSubjects.map((connection) => this.reauthorize(connection)));
  }

  /** Ends the connections whose certificate or access key has expired. */
  endExpired(): void {
    for (const connection of this.live.expired(this.clock.now())) {
      this.end(connection, `has expired on ${new Date(connection.rights.expiresAt).toISOString()}`);
    }
  }

  /** Asks for nothing any more. */
  stop(): void {
    clearTimeout(this.retry);
  }

  /** One question after the other for each connection: an older answer must not win over a newer one. */
  private reauthorize(connection: Connection): Promise<void> {
    this.stale.add(connection);
    const running = this.running.get(connection);
    if (running !== undefined) return running;
    const run = Promise.resolve().then(() => this.run(connection));
    this.running.set(connection, run);
    return run;
  }

  private async run(connection: Connection): Promise<void> {
    while (this.stale.delete(connection) && this.live.has(connection)) await this.askFor(connection);
    // In the same breath as the look at `stale`: what comes from now on starts a run of its own.
    this.running.delete(connection);
  }

  private async askFor(connection: Connection): Promise<void> {
    const { mark } = this.changes;
    let standing: Standing;
    try {
      standing = await this.directory.standing(connection, connection.clientId);
    } catch (error) {
      this.askLater(connection, error);
      return;
    }
    this.unanswered.delete(connection);
    this.retryMs = FIRST_RETRY_MS;
    if (this.live.has(connection)) this.apply(connection, standing, mark);
  }

  /** AWS: a changed policy by itself ends no connection, a certificate that does not count any more does. */
  private apply(connection: Connection, standing: Standing, mark: number): void {
    if (standing.kind === 'refused') {
      this.end(connection, standing.principal === undefined ? 'has been deleted' : standing.reason);
      return;
    }
    try {
      connection.rights = this.directory.rights(connection, standing, connection.clientId);
    } catch (error) {
      // Asking again would not help, and the old rights are not those of today.
      this.end(connection, `has policies that cannot be read: ${reviveError(error).message}`);
      return;
    }
    this.broker.permissionsChanged(connection);
    this.live.update(connection);
    // What it depends on only now may have changed while the answer was on its way, when nobody asked for its sake.
    if (this.changes.haveChangedSince(mark, connection.rights.subjects)) this.stale.add(connection);
  }

  /** Nobody is thrown out because the registry is away, and nobody keeps old rights longer than it is. */
  private askLater(connection: Connection, error: unknown): void {
    this.unanswered.add(connection);
    if (this.retry !== undefined) return;
    const { code, message } = reviveError(error);
    const { retryMs } = this;
    this.logger.warn('connections keep their rights until the registry answers', { code, reason: message, retryMs });
    this.retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    this.retry = setTimeout(() => {
      this.retry = undefined;
      for (const waiting of this.unanswered) void this.reauthorize(waiting);
    }, retryMs);
  }

  private end(connection: Connection, reason: string): void {
    const { clientId, principal } = connection;
    const isSigned = connection.accessKey !== undefined;
    const shown = isSigned ? 'access key' : 'certificate';
    this.logger.info('a connection is ended', { clientId, principal, reason: `its ${shown} ${reason}` });
    this.live.remove(connection);
    // What is denied to access keys concerns operators, and no device: the audit log tells who has revoked them.
    const told = isSigned
      ? `The access key of this connection ${reason}`
      : this.denials.ofConnection(connection, reason);
    this.broker.expel(connection, told);
  }
}
