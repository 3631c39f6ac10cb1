import { Clock } from '#thingcore/platform';
import { compilePolicies, parsePolicyDocument } from '#thingcore/policy';
import { ConnectionAuthorizer } from '../authorization/connection-authorizer.js';
import type { Connection } from '../connection.js';
import type { DenialProof, DenialRecorder } from './denial-recorder.js';
import { PolicyDenials } from './policy-denials.js';

class TestClock extends Clock {
  time = 0;

  override now(): number {
    return this.time;
  }
}

const scope = { region: 'us-east-1', account: '123456789012' };

function makeDenials(recorded: { id?: string } = {}) {
  const document = parsePolicyDocument(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Own', Effect: 'Allow', Action: 'iot:*', Resource: 'arn:aws:iot:*:*:topic/own/*' }],
    }),
  );
  const policies = compilePolicies([{ policyName: 'a secret name', document }]).bind({ clientId: 'lamp' });
  const authorizer = new ConnectionAuthorizer(policies, scope);
  const proofs: DenialProof[] = [];
  let suppressed = 0;
  const recorder = {
    record: (_client: unknown, _action: string, prove: () => DenialProof) => {
      proofs.push(prove());
      return recorded.id;
    },
    suppress: () => suppressed++,
  } as unknown as DenialRecorder;
  const clock = new TestClock();
  const connection = { clientId: 'lamp', principal: 'c', sourceIp: '', rights: { authorizer } } as Connection;
  const received = (topic: string) => sut.received(connection, authorizer.receive(topic));
  const sut = new PolicyDenials(recorder, clock);
  return { sut, authorizer, connection, clock, proofs, received, suppressed: () => suppressed };
}

describe('PolicyDenials', () => {
  it('tells a client what it was denied and where to ask, and nothing of the policies', () => {
    const { sut, authorizer, connection, proofs } = makeDenials({ id: 'd1' });
    const error = sut.refusal(connection, authorizer, authorizer.publish('foreign/a:b', false));
    expect(error).toMatchObject({
      code: 'Forbidden',
      message: 'Not authorized to iot:Publish on topic/foreign/a:b, see denial d1',
      details: { denialId: 'd1', action: 'iot:Publish' },
    });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(proofs[0]?.statements[0]?.statement.policyName).toBe('a secret name');
  });

  it('tells no id of a denial that was not recorded', () => {
    const { sut, authorizer, connection } = makeDenials();
    const error = sut.refusal(connection, authorizer, authorizer.publish('foreign', false));
    expect(error.message).toBe('Not authorized to iot:Publish on topic/foreign');
  });

  it('records a topic that may not be received once a minute, and counts the rest', () => {
    const { clock, proofs, received, suppressed } = makeDenials();
    for (let n = 0; n < 5; n++) received('a');
    received('b');
    expect(proofs.map(({ resource }) => resource)).toEqual(
      ['a', 'b'].map((topic) => `arn:aws:iot:us-east-1:123456789012:topic/${topic}`),
    );
    expect(suppressed()).toBe(4);
    clock.time = 60_000;
    received('a');
    expect(proofs).toHaveLength(3);
  });

  it('remembers a bounded number of topics', () => {
    const { proofs, received } = makeDenials();
    for (let n = 0; n < 200; n++) received(`t${n}`);
    received('t199');
    expect(proofs).toHaveLength(200);
    received('t0');
    expect(proofs).toHaveLength(201);
  });
});
