import { Injectable } from '@nestjs/common';
import type { OperationTypeNode } from 'graphql';
import { Metrics } from '#thingcore/platform';
import { Counter, Gauge, Histogram } from 'prom-client';

/** From what the memory answers to the deadline of calls. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Why requests are turned away, by the codes of their errors; what is not here is `other`. */
const CAUSES: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
  Throttling: 'throttled',
  OPERATION_TOO_COSTLY: 'too_costly',
  PERSISTED_QUERY_NOT_FOUND: 'unknown_hash',
  PERSISTED_QUERY_MISMATCH: 'invalid',
  PERSISTED_QUERY_REQUIRED: 'not_persisted',
  GRAPHQL_PARSE_FAILED: 'invalid',
  GRAPHQL_VALIDATION_FAILED: 'invalid',
  InvalidRequest: 'invalid',
  UnsupportedEncoding: 'invalid',
  PayloadTooLarge: 'too_large',
  ServiceUnavailable: 'unavailable',
  Internal: 'internal',
};

/** What is open at the moment. */
export interface OpenConnections {
  readonly connections: number;
  readonly subscriptions: number;
}

/** What the gateway counts. No label comes from callers: there are as many series at the end as at the start. */
@Injectable()
export class GatewayMetrics {
  private readonly operations: Counter<'kind' | 'outcome'>;
  private readonly seconds: Histogram<'kind'>;
  private readonly rejected: Counter<'cause'>;
  private readonly auditDropped: Counter;

  constructor(private readonly metrics: Metrics) {
    const registers = [metrics.registry];
    this.operations = new Counter({
      name: 'thingcore_graphql_operations_total',
      help: 'Operations that were executed, by kind and by whether their answers hold errors',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'thingcore_graphql_operation_seconds',
      help: 'Time from the execution of an operation to its answer',
      labelNames: ['kind'],
      buckets: SECONDS,
      registers,
    });
    this.rejected = new Counter({
      name: 'thingcore_graphql_rejected_total',
      help: 'Requests that were turned away before anything was executed, by cause',
      labelNames: ['cause'],
      registers,
    });
    this.auditDropped = new Counter({
      name: 'thingcore_audit_entries_dropped_total',
      help: 'Audit entries that could not be stored and are in the log only',
      registers,
    });
  }

  /** An operation was executed, in so many seconds. */
  executed(kind: OperationTypeNode, hasErrors: boolean, seconds: number): void {
    this.operations.inc({ kind, outcome: hasErrors ? 'errors' : 'success' });
    this.seconds.observe({ kind }, seconds);
  }

  /** Somebody has subscribed. */
  subscribed(): void {
    this.operations.inc({ kind: 'subscription', outcome: 'success' });
  }

  /** A request was turned away with an error of this code. */
  reject(code: string): void {
    this.rejected.inc({ cause: CAUSES[code] ?? 'other' });
  }

  /** So many audit entries could not be stored. */
  dropAuditEntries(count: number): void {
    this.auditDropped.inc(count);
  }

  /** Shows how many WebSockets and subscriptions are open whenever the metrics are asked for. */
  watch(look: () => OpenConnections): void {
    const registers = [this.metrics.registry];
    new Gauge({
      name: 'thingcore_graphql_connections',
      help: 'WebSockets of clients that are open',
      registers,
      collect() {
        this.set(look().connections);
      },
    });
    new Gauge({
      name: 'thingcore_graphql_subscriptions',
      help: 'Subscriptions that are open',
      registers,
      collect() {
        this.set(look().subscriptions);
      },
    });
  }
}
