import { Injectable } from '@nestjs/common';
import type { Connection } from '../connection.js';

/** The connections of this node, and which of them depend on what. Those without a certificate depend on nothing. */
@Injectable()
export class LiveConnections {
  private readonly subjects = new Map<Connection, readonly string[]>();
  private readonly dependents = new Map<string, Set<Connection>>();
  private nextExpiry = Infinity;

  /** How many there are. */
  get size(): number {
    return this.subjects.size;
  }

  /** Counts a connection among the live ones. */
  add(connection: Connection): void {
    this.insert(connection);
  }

  /** Follows the new rights of a connection, unless it has gone meanwhile. */
  update(connection: Connection): void {
    if (!this.has(connection)) return;
    this.remove(connection);
    this.insert(connection);
  }

  /** Forgets a connection; that it is not known is fine. */
  remove(connection: Connection): void {
    for (const subject of this.subjects.get(connection) ?? []) {
      const dependents = this.dependents.get(subject);
      dependents?.delete(connection);
      if (dependents?.size === 0) this.dependents.delete(subject);
    }
    this.subjects.delete(connection);
  }

  /** Whether a connection is live. */
  has(connection: Connection): boolean {
    return this.subjects.has(connection);
  }

  /** All of them. */
  all(): Iterable<Connection> {
    return this.subjects.keys();
  }

  /** Those whose rights depend on one of the subjects, each once. */
  dependingOn(subjects: Iterable<string>): Set<Connection> {
    const found = new Set<Connection>();
    for (const subject of subjects) {
      for (const connection of this.dependents.get(subject) ?? []) found.add(connection);
    }
    return found;
  }

  /** Those whose certificate has expired at a time. Costs nothing as long as none has. */
  expired(now: number): Connection[] {
    if (now <= this.nextExpiry) return [];
    this.nextExpiry = Infinity;
    const expired: Connection[] = [];
    for (const connection of this.subjects.keys()) {
      if (connection.rights.expiresAt < now) expired.push(connection);
      else this.nextExpiry = Math.min(this.nextExpiry, connection.rights.expiresAt);
    }
    return expired;
  }

  private insert(connection: Connection): void {
    const { subjects, expiresAt } = connection.rights;
    this.subjects.set(connection, subjects);
    this.nextExpiry = Math.min(this.nextExpiry, expiresAt);
    for (const subject of subjects) {
      const dependents = this.dependents.get(subject);
      if (dependents === undefined) this.dependents.set(subject, new Set([connection]));
      else dependents.add(connection);
    }
  }
}
