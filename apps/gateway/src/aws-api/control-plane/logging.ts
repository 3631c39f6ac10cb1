import {
  type GetLoggingOptionsRequest,
  type GetLoggingOptionsResponse,
  type GetV2LoggingOptionsRequest,
  type GetV2LoggingOptionsResponse,
  type ListV2LoggingLevelsRequest,
  type ListV2LoggingLevelsResponse,
  type LogLevel,
  LogTargetType,
  type SetV2LoggingOptionsRequest,
} from '@aws-sdk/client-iot';
import { IotError } from '#thingcore/errors';
import type { LogLevel as OwnLogLevel } from '#thingcore/platform';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOfAll } from '../pages.js';

const LEVELS: Readonly<Record<OwnLogLevel, LogLevel>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  silent: 'DISABLED',
};

/**
 * AWS: Control plane, logging. A process here writes its log to its output, as much of it as the setting
 * THINGCORE_LOG_LEVEL says when it starts: what these operations tell is so, and they change nothing.
 */
export const loggingHandlers: OperationHandlers = {
  GetV2LoggingOptions: handler<GetV2LoggingOptionsRequest, GetV2LoggingOptionsResponse>(
    'viewer',
    // No kind of events is logged otherwise: with `verbose` there is nothing more to tell.
    ({ installation: { logLevel } }) => Promise.resolve(optionsOf(logLevel)),
  ),

  GetLoggingOptions: handler<GetLoggingOptionsRequest, GetLoggingOptionsResponse>(
    'viewer',
    ({ installation: { logLevel } }) => Promise.resolve({ logLevel: LEVELS[logLevel] }),
  ),

  SetV2LoggingOptions: handler<SetV2LoggingOptionsRequest>('operator', ({ installation }, wanted) => {
    const actual = optionsOf(installation.logLevel);
    if (wanted.roleArn !== undefined) return refused('roleArn', 'logs are not sent to AWS');
    if ((wanted.eventConfigurations?.length ?? 0) > 0) {
      return refused('eventConfigurations', 'one level holds for all kinds of events');
    }
    for (const member of ['defaultLogLevel', 'disableAllLogs'] as const) {
      const isOther = wanted[member] !== undefined && wanted[member] !== actual[member];
      if (isOther) return refused(member, `it is ${actual[member]}, as the setting THINGCORE_LOG_LEVEL has it`);
    }
    return Promise.resolve();
  }),

  ListV2LoggingLevels: handler<ListV2LoggingLevelsRequest, ListV2LoggingLevelsResponse>('viewer', (_call, input) => {
    const { targetType } = input;
    if (targetType !== undefined && !Object.hasOwn(LogTargetType, targetType)) {
      return refused('targetType', `there is no such type; there are ${Object.keys(LogTargetType).join(', ')}`);
    }
    // No target has a level of its own.
    return Promise.resolve({ logTargetConfigurations: pageOfAll<never>([], String, input).page });
  }),
};

function optionsOf(level: OwnLogLevel): { defaultLogLevel: LogLevel; disableAllLogs: boolean } {
  return { defaultLogLevel: LEVELS[level], disableAllLogs: level === 'silent' };
}

function refused(field: string, problem: string): Promise<never> {
  const message = `'${field}' cannot be changed here: ${problem}`;
  return Promise.reject(new IotError('InvalidRequest', message, { details: { field } }));
}
