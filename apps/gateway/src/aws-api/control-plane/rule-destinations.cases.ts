import {
  ConfirmTopicRuleDestinationCommand,
  CreateTopicRuleDestinationCommand,
  DeleteTopicRuleDestinationCommand,
  GetTopicRuleDestinationCommand,
  ListTopicRuleDestinationsCommand,
  UpdateTopicRuleDestinationCommand,
} from '@aws-sdk/client-iot';
import {
  confirmTopicRuleDestination,
  createTopicRuleDestination,
  deleteTopicRuleDestination,
  getTopicRuleDestination,
  listTopicRuleDestinations,
  updateTopicRuleDestination,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const AT = 1_700_000_000_000;
const arn = 'arn:aws:iot:us-east-1:123456789012:ruledestination/http/0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0002';
const confirmationUrl = 'https://hooks.example.com/in';
const DESTINATION = { arn, confirmationUrl, status: 'IN_PROGRESS' as const, createdAt: AT, lastUpdatedAt: AT };
const SUMMARY = { arn, status: 'IN_PROGRESS', createdAt: new Date(AT), lastUpdatedAt: new Date(AT) };
const AWS = { ...SUMMARY, httpUrlProperties: { confirmationUrl } };
const ERROR = { ...DESTINATION, status: 'ERROR' as const, statusReason: 'timed out' };
const missing = new IotError('ResourceNotFound', 'Destination does not exist');
const denied = { error: 'UnauthorizedException', status: 401, message: /ruledestination\/http\/.*was denied/ };

/** What AWS SDKs expect of rule destinations. */
export function describeRuleDestinations(): void {
  describeArea(
    'rule destinations',
    [
      {
        name: 'CreateTopicRuleDestination',
        send: (iot) =>
          iot.send(
            new CreateTopicRuleDestinationCommand({
              destinationConfiguration: { httpUrlConfiguration: { confirmationUrl } },
            }),
          ),
        calls: [call(createTopicRuleDestination, { confirmationUrl }, DESTINATION)],
        output: { topicRuleDestination: AWS },
      },
      {
        name: 'GetTopicRuleDestination, whose ARN has slashes',
        send: (iot) => iot.send(new GetTopicRuleDestinationCommand({ arn })),
        calls: [call(getTopicRuleDestination, { arn }, ERROR)],
        output: { topicRuleDestination: { ...AWS, status: 'ERROR', statusReason: 'timed out' } },
      },
      {
        name: 'ListTopicRuleDestinations',
        send: (iot) =>
          iot.send(
            new ListTopicRuleDestinationsCommand({
              maxResults: 1,
              nextToken: toToken('ListTopicRuleDestinations', 'arn:a'),
            }),
          ),
        calls: [
          call(
            listTopicRuleDestinations,
            { limit: 1, after: 'arn:a' },
            { destinations: [DESTINATION], nextToken: arn },
          ),
        ],
        output: {
          destinationSummaries: [{ ...SUMMARY, httpUrlSummary: { confirmationUrl } }],
          nextToken: toToken('ListTopicRuleDestinations', arn),
        },
      },
      {
        name: 'UpdateTopicRuleDestination',
        send: (iot) => iot.send(new UpdateTopicRuleDestinationCommand({ arn, status: 'DISABLED' })),
        calls: [call(updateTopicRuleDestination, { arn, status: 'DISABLED' }, DESTINATION)],
        output: {},
      },
      {
        name: 'DeleteTopicRuleDestination',
        send: (iot) => iot.send(new DeleteTopicRuleDestinationCommand({ arn })),
        calls: [call(deleteTopicRuleDestination, { arn }, {})],
        output: {},
      },
      {
        name: 'ConfirmTopicRuleDestination, signed though it need not be',
        send: (iot) => iot.send(new ConfirmTopicRuleDestinationCommand({ confirmationToken: 'token' })),
        calls: [call(confirmTopicRuleDestination, { confirmationToken: 'token' }, DESTINATION)],
        output: {},
      },
      {
        name: 'ConfirmTopicRuleDestination of a token with slashes',
        send: (iot) => iot.send(new ConfirmTopicRuleDestinationCommand({ confirmationToken: 'a/b' })),
        calls: [call(confirmTopicRuleDestination, { confirmationToken: 'a/b' }, DESTINATION)],
        output: {},
      },
    ],
    [
      {
        name: 'a destination in a VPC',
        send: (iot) =>
          iot.send(
            new CreateTopicRuleDestinationCommand({
              destinationConfiguration: { vpcConfiguration: { subnetIds: ['s'], vpcId: 'v', roleArn: 'r' } },
            }),
          ),
        error: 'InvalidRequestException',
        status: 400,
        message: /'destinationConfiguration\.vpcConfiguration' is not supported/,
      },
      {
        name: 'a destination of no kind',
        send: (iot) => iot.send(new CreateTopicRuleDestinationCommand({ destinationConfiguration: {} })),
        error: 'InvalidRequestException',
        status: 400,
        message: /'destinationConfiguration\.httpUrlConfiguration' is needed/,
      },
      {
        name: 'a URL without end',
        send: (iot) =>
          iot.send(
            new CreateTopicRuleDestinationCommand({
              destinationConfiguration: { httpUrlConfiguration: { confirmationUrl: 'h'.repeat(2049) } },
            }),
          ),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"destinationConfiguration\.httpUrlConfiguration\.confirmationUrl"/,
      },
      {
        name: 'a status that nobody can wish for',
        send: (iot) => iot.send(new UpdateTopicRuleDestinationCommand({ arn, status: 'DELETING' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"status"/,
      },
      {
        name: 'to get one that does not exist',
        send: (iot) => iot.send(new GetTopicRuleDestinationCommand({ arn })),
        services: [[getTopicRuleDestination, missing]],
        ...denied,
      },
      {
        name: 'to delete one that does not exist',
        send: (iot) => iot.send(new DeleteTopicRuleDestinationCommand({ arn })),
        services: [[deleteTopicRuleDestination, missing]],
        ...denied,
      },
      {
        name: 'a token that is none',
        send: (iot) => iot.send(new ConfirmTopicRuleDestinationCommand({ confirmationToken: 'old' })),
        services: [[confirmTopicRuleDestination, new IotError('InvalidRequest', 'The confirmation token is none')]],
        error: 'InvalidRequestException',
        status: 400,
        message: 'The confirmation token is none',
      },
    ],
  );
}
