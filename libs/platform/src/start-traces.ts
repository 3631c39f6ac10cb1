import { startTracing } from '#thingcore/tracing';
import type { Logger } from './logger.js';
import { type TracingConfig, tracingOptions } from './tracing.config.js';

/**
 * Begins to record traces when the process was told to, before anything that is traced. Answers how to stop.
 *
 * @param name of the process in traces, unless OTEL_SERVICE_NAME says another one
 */
export async function startTraces(
  name: string,
  config: TracingConfig | undefined,
  logger: Logger,
): Promise<() => Promise<void>> {
  const options = config && tracingOptions(config, name);
  if (options === undefined) return () => Promise.resolve();
  const stop = await startTracing(options, (reason) => logger.warn('traces do not reach the collector', { reason }));
  const { serviceName, protocol, sampler } = options;
  logger.info('traces are recorded', { serviceName, protocol, sampler });
  return stop;
}
