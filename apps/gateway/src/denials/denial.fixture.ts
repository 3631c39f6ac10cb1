import { type Denial, listDenialsAfter } from '#thingcore/contracts';
import type { FakeServices } from '../gateway.fixture.js';
import { anId, CREATED_AT } from '../registry.fixture.js';

/** A denial as the broker records it: the client `lamp` of the thing `lamp` may not publish. */
export function aDenial(denialId: string, facts: Partial<Denial> = {}): Denial {
  return {
    denialId,
    timestamp: CREATED_AT,
    clientId: 'lamp',
    principal: anId('a'),
    thingName: 'lamp',
    sourceIp: '10.0.0.7',
    cause: 'POLICY',
    action: 'iot:Publish',
    resource: 'arn:aws:iot:us-east-1:123456789012:topic/a',
    decision: 'IMPLICIT_DENY',
    summary: 'No statement allows it',
    statements: [
      {
        statement: { policyName: 'p', index: 0, effect: 'Allow' },
        mismatch: 'the topic is another',
        patterns: [{ pattern: 'topic/b', resolved: 'topic/b' }],
        variables: [],
      },
    ],
    remedy: { kind: 'add', statement: '{"Effect":"Allow"}' },
    suppressed: 3,
    ...facts,
  };
}

/** Has the broker answer from a log of denials in which ids are cursors. Those of things are filtered, nothing else is. */
export function answerDenials(services: FakeServices, recorded: readonly Denial[]): void {
  services.answer(listDenialsAfter, ({ after, thingName }) => {
    const cursor = recorded.at(-1)?.denialId ?? '0';
    const found = after === undefined ? [] : recorded.filter(({ denialId }) => denialId > after);
    const wanted = found.filter((denial) => denial.thingName === (thingName ?? denial.thingName));
    return { denials: wanted.map((denial) => ({ cursor: denial.denialId, denial })), cursor, isForgotten: false };
  });
}
