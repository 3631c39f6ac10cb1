import type {
  ConfirmTopicRuleDestinationRequest,
  CreateTopicRuleDestinationRequest,
  CreateTopicRuleDestinationResponse,
  DeleteTopicRuleDestinationRequest,
  GetTopicRuleDestinationRequest,
  GetTopicRuleDestinationResponse,
  ListTopicRuleDestinationsRequest,
  ListTopicRuleDestinationsResponse,
  TopicRuleDestination as AwsDestination,
  TopicRuleDestinationConfiguration,
  UpdateTopicRuleDestinationRequest,
} from '@aws-sdk/client-iot';
import {
  confirmTopicRuleDestination,
  createTopicRuleDestination,
  deleteTopicRuleDestination,
  getTopicRuleDestination,
  listTopicRuleDestinations,
  type RequestOf,
  type TopicRuleDestination,
  updateTopicRuleDestination,
} from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, TOKEN_PAGE_FIELDS } from '../pages.js';

const HTTP_URL = 'destinationConfiguration.httpUrlConfiguration';

/** AWS: Control plane, rule destinations. */
export const ruleDestinationHandlers: OperationHandlers = {
  CreateTopicRuleDestination: handler<CreateTopicRuleDestinationRequest, CreateTopicRuleDestinationResponse>(
    'operator',
    async ({ rpc }, { destinationConfiguration }) => {
      const request = { confirmationUrl: urlOf(destinationConfiguration) };
      const names = { confirmationUrl: `${HTTP_URL}.confirmationUrl` };
      const created = await inTermsOf(names, rpc.call(createTopicRuleDestination, request));
      return { topicRuleDestination: toAws(created) };
    },
  ),

  GetTopicRuleDestination: handler<GetTopicRuleDestinationRequest, GetTopicRuleDestinationResponse>(
    'viewer',
    async ({ rpc }, { arn }) => {
      return { topicRuleDestination: toAws(await asDestinationOf(arn, rpc.call(getTopicRuleDestination, { arn }))) };
    },
  ),

  ListTopicRuleDestinations: handler<ListTopicRuleDestinationsRequest, ListTopicRuleDestinationsResponse>(
    'viewer',
    async ({ rpc }, input) => {
      const listed = rpc.call(listTopicRuleDestinations, pageOf(input));
      const { destinations, nextToken } = await inTermsOf(TOKEN_PAGE_FIELDS, listed);
      const summaries = destinations.map((destination) => {
        const { httpUrlProperties, ...summary } = toAws(destination);
        return { ...summary, httpUrlSummary: httpUrlProperties };
      });
      return { destinationSummaries: summaries, nextToken };
    },
  ),

  UpdateTopicRuleDestination: handler<UpdateTopicRuleDestinationRequest>('operator', async ({ rpc }, input) => {
    const { arn } = input;
    // The contract refuses what nobody can wish for: ERROR, DELETING.
    const status = input.status as RequestOf<typeof updateTopicRuleDestination>['status'];
    await asDestinationOf(arn, rpc.call(updateTopicRuleDestination, { arn, status }));
  }),

  DeleteTopicRuleDestination: handler<DeleteTopicRuleDestinationRequest>('operator', async ({ rpc }, { arn }) => {
    await asDestinationOf(arn, rpc.call(deleteTopicRuleDestination, { arn }));
  }),

  // The link that a destination is sent needs no signature and is served apart; this is for whoever signs it all the same.
  ConfirmTopicRuleDestination: handler<ConfirmTopicRuleDestinationRequest>('viewer', async ({ rpc }, input) => {
    const { confirmationToken } = input;
    await rpc.call(confirmTopicRuleDestination, { confirmationToken });
  }),
};

/** The one kind of destination that there is here. */
function urlOf({ httpUrlConfiguration, ...others }: TopicRuleDestinationConfiguration): string {
  const [other] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (other !== undefined) {
    const field = `destinationConfiguration.${other}`;
    const text = `'${field}' is not supported: destinations here are those of HTTP actions; give httpUrlConfiguration`;
    throw new IotError('InvalidRequest', text, { details: { field } });
  }
  const url = httpUrlConfiguration?.confirmationUrl;
  if (url !== undefined) return url;
  throw new IotError('InvalidRequest', `'${HTTP_URL}' is needed`, { details: { field: HTTP_URL } });
}

function toAws({ confirmationUrl, createdAt, lastUpdatedAt, ...destination }: TopicRuleDestination): AwsDestination {
  return {
    ...destination,
    createdAt: new Date(createdAt),
    lastUpdatedAt: new Date(lastUpdatedAt),
    httpUrlProperties: { confirmationUrl },
  };
}

/** AWS: these operations have no error for what does not exist but UnauthorizedException. */
async function asDestinationOf<T>(arn: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    if (reviveError(thrown).code !== 'ResourceNotFound') throw thrown;
    throw new IotError('Unauthorized', `Access to topic rule destination '${arn}' was denied`, { cause: thrown });
  }
}
