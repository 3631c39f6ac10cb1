import { DescribeEventConfigurationsCommand, UpdateEventConfigurationsCommand } from '@aws-sdk/client-iot';
import { getEventConfigurations, registryEventKind, updateEventConfigurations } from '#thingcore/contracts';
import { call, describeArea } from './area.fixture.js';

const AT = 1_700_000_000_000;
const ALL_OFF = Object.fromEntries(registryEventKind.options.map((kind) => [kind, false])) as Record<
  (typeof registryEventKind.options)[number],
  boolean
>;
const described = Object.fromEntries(
  [...registryEventKind.options, 'JOB', 'JOB_EXECUTION'].map((kind) => [kind, { Enabled: false }]),
);
const update = (eventConfigurations: object) => new UpdateEventConfigurationsCommand({ eventConfigurations });

/** What AWS SDKs expect of event configurations. */
export function describeEventConfigurations(): void {
  describeArea(
    'event configurations',
    [
      {
        name: 'DescribeEventConfigurations of all kinds, those of jobs included',
        send: (iot) => iot.send(new DescribeEventConfigurationsCommand({})),
        calls: [
          call(
            getEventConfigurations,
            {},
            { eventConfigurations: { ...ALL_OFF, THING: true }, createdAt: AT, lastModifiedAt: AT + 1_000 },
          ),
        ],
        output: {
          eventConfigurations: { ...described, THING: { Enabled: true } },
          creationDate: new Date(AT),
          lastModifiedDate: new Date(AT + 1_000),
        },
      },
      {
        name: 'DescribeEventConfigurations before anybody has configured them',
        send: (iot) => iot.send(new DescribeEventConfigurationsCommand({})),
        calls: [call(getEventConfigurations, {}, { eventConfigurations: ALL_OFF })],
        output: { eventConfigurations: described },
      },
      {
        name: 'UpdateEventConfigurations, which leaves jobs off',
        send: (iot) =>
          iot.send(update({ THING: { Enabled: true }, CERTIFICATE: { Enabled: false }, JOB: { Enabled: false } })),
        calls: [
          call(
            updateEventConfigurations,
            { eventConfigurations: { THING: true, CERTIFICATE: false } },
            { eventConfigurations: ALL_OFF },
          ),
        ],
        output: {},
      },
    ],
    [
      {
        name: 'events of jobs, which there are not',
        send: (iot) => iot.send(update({ JOB_EXECUTION: { Enabled: true } })),
        error: 'InvalidRequestException',
        status: 400,
        message: /'eventConfigurations\.JOB_EXECUTION\.Enabled' cannot be true/,
      },
      {
        name: 'a kind that is none',
        send: (iot) => iot.send(update({ SHADOW: { Enabled: true } })),
        error: 'InvalidRequestException',
        status: 400,
        message: /'eventConfigurations\.SHADOW' is none of the kinds of events: THING, /,
      },
      {
        name: 'a kind of which nothing is said',
        send: (iot) => iot.send(update({ THING: {} })),
        error: 'InvalidRequestException',
        status: 400,
        message: /'eventConfigurations\.THING\.Enabled' is needed/,
      },
    ],
  );
}
