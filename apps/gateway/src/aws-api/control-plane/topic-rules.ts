import type {
  CreateTopicRuleRequest,
  DeleteTopicRuleRequest,
  DisableTopicRuleRequest,
  EnableTopicRuleRequest,
  GetTopicRuleRequest,
  GetTopicRuleResponse,
  ListTopicRulesRequest,
  ListTopicRulesResponse,
  ReplaceTopicRuleRequest,
  TopicRulePayload,
} from '@aws-sdk/client-iot';
import {
  createTopicRule,
  deleteTopicRule,
  disableTopicRule,
  enableTopicRule,
  getTopicRule,
  listTopicRules,
  replaceTopicRule,
  type RequestOf,
  type TopicRule,
} from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { inTermsOf } from '../../errors/field-names.js';
import { type Given, handler, type OperationHandlers } from '../operation-handler.js';
import { pageOfAll } from '../pages.js';
import { tagsOfHeader } from './tagging-header.js';

/** AWS: the body is the payload itself. */
const PAYLOAD_FIELDS = {
  'payload.sql': 'sql',
  'payload.description': 'description',
  'payload.awsIotSqlVersion': 'awsIotSqlVersion',
  'payload.ruleDisabled': 'ruleDisabled',
  'payload.actions': 'actions',
  'payload.errorAction': 'errorAction',
} as const;

/** AWS: Control plane, topic rules. */
export const topicRuleHandlers: OperationHandlers = {
  CreateTopicRule: handler<CreateTopicRuleRequest>('operator', async ({ rpc }, input) => {
    const { ruleName, topicRulePayload } = input;
    const tags = tagsOfHeader(input.tags);
    const request = { ruleName, payload: toPayload(topicRulePayload), tags };
    await asRuleOf(ruleName, inTermsOf(PAYLOAD_FIELDS, rpc.call(createTopicRule, request)));
  }),

  ReplaceTopicRule: handler<ReplaceTopicRuleRequest>('operator', async ({ rpc }, { ruleName, topicRulePayload }) => {
    const request = { ruleName, payload: toPayload(topicRulePayload) };
    await asRuleOf(ruleName, inTermsOf(PAYLOAD_FIELDS, rpc.call(replaceTopicRule, request)));
  }),

  GetTopicRule: handler<GetTopicRuleRequest, GetTopicRuleResponse>('viewer', async ({ rpc }, { ruleName }) => {
    const found = await asRuleOf(ruleName, rpc.call(getTopicRule, { ruleName }));
    return { ruleArn: found.ruleArn, rule: toRule(found) };
  }),

  ListTopicRules: handler<ListTopicRulesRequest, ListTopicRulesResponse>('viewer', async ({ rpc }, input) => {
    const { topic, ruleDisabled } = input;
    const { rules } = await rpc.call(listTopicRules, { topic, ruleDisabled });
    const { page, nextToken } = pageOfAll(rules, ({ ruleName }) => ruleName, input);
    const listed = page.map(({ ruleArn, ruleName, topicPattern, createdAt, ruleDisabled: isDisabled }) => {
      return { ruleArn, ruleName, topicPattern, createdAt: new Date(createdAt), ruleDisabled: isDisabled };
    });
    return { rules: listed, nextToken };
  }),

  EnableTopicRule: handler<EnableTopicRuleRequest>('operator', async ({ rpc }, { ruleName }) => {
    await asRuleOf(ruleName, rpc.call(enableTopicRule, { ruleName }));
  }),

  DisableTopicRule: handler<DisableTopicRuleRequest>('operator', async ({ rpc }, { ruleName }) => {
    await asRuleOf(ruleName, rpc.call(disableTopicRule, { ruleName }));
  }),

  // AWS: what does not exist is deleted already.
  DeleteTopicRule: handler<DeleteTopicRuleRequest>('operator', async ({ rpc }, { ruleName }) => {
    await rpc.call(deleteTopicRule, { ruleName }).catch((error: unknown) => {
      if (reviveError(error).code !== 'ResourceNotFound') throw error;
    });
  }),
};

/** The document as it was sent: the contract and the rules service check what its parts are. */
function toPayload(payload: Given<TopicRulePayload> | TopicRulePayload): RequestOf<typeof createTopicRule>['payload'] {
  return payload as RequestOf<typeof createTopicRule>['payload'];
}

function toRule(rule: TopicRule): GetTopicRuleResponse['rule'] {
  const { ruleName, sql, description, createdAt, actions, ruleDisabled, awsIotSqlVersion, errorAction } = rule;
  return {
    ...{ ruleName, sql, description, ruleDisabled, awsIotSqlVersion },
    createdAt: new Date(createdAt),
    actions,
    errorAction,
  };
}

/**
 * What the rules service says of a rule in the words of AWS, which has no error for a rule that does not exist: it says
 * that access is denied, and its clients take that for a missing one.
 */
async function asRuleOf<T>(ruleName: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    const { code, message, details } = reviveError(thrown);
    if (code === 'ResourceNotFound') {
      throw new IotError('Unauthorized', `Access to topic rule '${ruleName}' was denied`, { cause: thrown });
    }
    if (code === 'NotImplemented') throw new IotError('InvalidRequest', message, { details: details ?? {} });
    throw thrown;
  }
}
