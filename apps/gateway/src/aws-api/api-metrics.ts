import { Injectable } from '@nestjs/common';
import { Metrics } from '#thingcore/platform';
import { Counter, Histogram } from 'prom-client';
import type { ApiName } from './api-services.js';

/** From what the memory answers to the deadline of calls. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the HTTP API counts. No label comes from callers: operations are those of the models that work. */
@Injectable()
export class ApiMetrics {
  private readonly operations: Counter<'api' | 'operation' | 'outcome'>;
  private readonly seconds: Histogram<'api'>;
  private readonly refused: Counter<'cause'>;

  constructor({ registry }: Metrics) {
    const registers = [registry];
    this.operations = new Counter({
      name: 'thingcore_http_api_operations_total',
      help: 'Operations of the HTTP API that were asked for and work, by whether the answer is a success, an error of the client or one of the service',
      labelNames: ['api', 'operation', 'outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'thingcore_http_api_operation_seconds',
      help: 'Time from a signature that is valid to the answer',
      labelNames: ['api'],
      buckets: SECONDS,
      registers,
    });
    this.refused = new Counter({
      name: 'thingcore_http_api_refused_total',
      help: 'Requests of the HTTP API that were turned away before an operation was performed, by the error they were told',
      labelNames: ['cause'],
      registers,
    });
  }

  /** An operation was answered with this status, after so many seconds. */
  performed(api: ApiName, operation: string, status: number, seconds: number): void {
    const outcome = status < 400 ? 'success' : status < 500 ? 'client_error' : 'server_error';
    this.operations.inc({ api, operation, outcome });
    this.seconds.observe({ api }, seconds);
  }

  /** A request was turned away with the error of this name, which is one of the API's own. */
  refuse(cause: string): void {
    this.refused.inc({ cause });
  }
}
