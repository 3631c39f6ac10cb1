import type { LoggerService } from '@nestjs/common';
import { currentTraceIds } from '#thingcore/tracing';
import { currentCorrelationId } from '#thingcore/transport';
import { destination, pino, type Logger as Pino } from 'pino';
import { pinoPretty } from './pretty-stream.js';

/** How much is logged, from everything to nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of JSON for machines, or text for a person at a terminal. */
export type LogFormat = 'json' | 'text';

/** Structured logs. Give ids and figures as fields, so that they can be searched. */
export class Logger {
  private constructor(private readonly pino: Pino) {}

  /** The logger of a process; `service` stands in every line. */
  static create(options: { service: string; level: LogLevel; format: LogFormat }): Logger {
    const stream = options.format === 'json' ? destination({ fd: 1, sync: true }) : pinoPretty();
    const base = options.format === 'json' ? { service: options.service } : {};
    return new Logger(
      pino({ level: options.level, base, ...(options.format === 'json' ? { mixin: cause } : {}) }, stream),
    );
  }

  /** A logger whose lines all carry these fields. */
  child(fields: Record<string, unknown>): Logger {
    return new Logger(this.pino.child(fields));
  }

  /** How much is logged. */
  get level(): LogLevel {
    return this.pino.level as LogLevel;
  }

  debug(message: string, fields: Record<string, unknown> = {}): void {
    this.pino.debug(fields, message);
  }

  info(message: string, fields: Record<string, unknown> = {}): void {
    this.pino.info(fields, message);
  }

  warn(message: string, fields: Record<string, unknown> = {}): void {
    this.pino.warn(fields, message);
  }

  error(message: string, fields: Record<string, unknown> = {}): void {
    this.pino.error(fields, message);
  }
}

/** What caused the line: the id of the message or request, and its trace if there is one. A line may know better and say so. */
function cause(): object {
  return { correlationId: currentCorrelationId(), ...currentTraceIds() };
}

/** What Nest itself has to say: its progress is of interest when debugging only, its complaints always. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug(String(message), named(context));
  }

  debug(message: unknown, ...context: unknown[]): void {
    this.logger.debug(String(message), named(context));
  }

  verbose(message: unknown, ...context: unknown[]): void {
    this.logger.debug(String(message), named(context));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn(String(message), named(context));
  }

  error(message: unknown, ...context: unknown[]): void {
    const text = message instanceof Error ? (message.stack ?? message.message) : String(message);
    this.logger.error(text, named(context));
  }

  fatal(message: unknown, ...context: unknown[]): void {
    this.error(message, ...context);
  }
}

function named(context: unknown[]): Record<string, unknown> {
  const texts = context.filter((part): part is string => typeof part === 'string' && part.length > 0);
  const stack = texts.find((text) => text.includes('\n'));
  const source = texts.findLast((text) => !text.includes('\n'));
  return { ...(source === undefined ? {} : { source }), ...(stack === undefined ? {} : { stack }) };
}
