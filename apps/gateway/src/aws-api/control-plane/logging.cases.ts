import {
  GetLoggingOptionsCommand,
  GetV2LoggingOptionsCommand,
  ListV2LoggingLevelsCommand,
  SetV2LoggingLevelCommand,
  SetV2LoggingOptionsCommand,
} from '@aws-sdk/client-iot';
import { describeArea } from './area.fixture.js';

const refused = { error: 'InvalidRequestException', status: 400 };

// The log of a gateway under test is silent.
/** What AWS SDKs expect of logging. */
export function describeLogging(): void {
  describeArea(
    'logging',
    [
      {
        name: 'GetV2LoggingOptions, as the process was started',
        send: (iot) => iot.send(new GetV2LoggingOptionsCommand({ verbose: true })),
        output: { defaultLogLevel: 'DISABLED', disableAllLogs: true },
      },
      {
        name: 'GetLoggingOptions',
        send: (iot) => iot.send(new GetLoggingOptionsCommand({})),
        output: { logLevel: 'DISABLED' },
      },
      {
        name: 'ListV2LoggingLevels: no target has one of its own',
        send: (iot) => iot.send(new ListV2LoggingLevelsCommand({ targetType: 'THING_GROUP', maxResults: 5 })),
        output: { logTargetConfigurations: [] },
      },
      {
        name: 'SetV2LoggingOptions to what is so already',
        send: (iot) => iot.send(new SetV2LoggingOptionsCommand({ defaultLogLevel: 'DISABLED', disableAllLogs: true })),
        output: {},
      },
    ],
    [
      {
        name: 'another level',
        send: (iot) => iot.send(new SetV2LoggingOptionsCommand({ defaultLogLevel: 'INFO' })),
        message: /'defaultLogLevel' .*THINGCORE_LOG_LEVEL/,
        ...refused,
      },
      {
        name: 'to log again',
        send: (iot) => iot.send(new SetV2LoggingOptionsCommand({ disableAllLogs: false })),
        message: /'disableAllLogs'/,
        ...refused,
      },
      {
        name: 'a role that logs would be sent with',
        send: (iot) => iot.send(new SetV2LoggingOptionsCommand({ roleArn: 'arn:aws:iam::123456789012:role/logs' })),
        message: /'roleArn' .*not sent to AWS/,
        ...refused,
      },
      {
        name: 'levels of kinds of events',
        send: (iot) => iot.send(new SetV2LoggingOptionsCommand({ eventConfigurations: [{ eventType: 'Connect' }] })),
        message: /'eventConfigurations'/,
        ...refused,
      },
      {
        name: 'levels of targets of no type',
        send: (iot) => iot.send(new ListV2LoggingLevelsCommand({ targetType: 'MOON' as 'DEFAULT' })),
        message: /'targetType'/,
        ...refused,
      },
      {
        name: 'the level of a target',
        send: (iot) =>
          iot.send(new SetV2LoggingLevelCommand({ logTarget: { targetType: 'DEFAULT' }, logLevel: 'INFO' })),
        error: 'NotImplementedException',
        status: 501,
      },
    ],
  );
}
