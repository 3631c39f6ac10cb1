import { inSpan, isTracing } from '#thingcore/tracing';
import type { DataSource } from 'typeorm';

/**
 * Records a span for each statement that runs within a trace. TypeORM runs every statement through a query runner, so
 * one place sees them all. Statements are prepared: their texts hold no values, so these are in no span.
 */
export function traceQueries(dataSource: DataSource, schema: string): void {
  if (!isTracing()) return;
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...statement: unknown[]) => Promise<unknown>;
    const traced = (...statement: unknown[]) => {
      const text = String(statement[0]);
      const operation = operationOf(text);
      const attributes = {
        'db.system.name': 'postgresql',
        'db.namespace': schema,
        'db.operation.name': operation,
        'db.query.text': text,
      };
      return inSpan(`${operation} ${schema}`, { side: 'client', attributes }, () => query(...statement));
    };
    return Object.assign(runner, { query: traced });
  };
}

/** The first word of a statement: `SELECT`. */
function operationOf(text: string): string {
  return /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? 'STATEMENT';
}
