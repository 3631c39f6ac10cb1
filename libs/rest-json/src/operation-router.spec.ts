import { OperationRouter } from './index.js';
import { APIS } from './models.fixture.js';

const router = new OperationRouter(APIS['iot']!.model.operations);
const data = new OperationRouter(APIS['iotdata']!.model.operations, new Set(['Publish']));

describe('OperationRouter', () => {
  it.each([
    ['POST', '/things', 'RegisterThing', {}],
    ['POST', '/things/lamp', 'CreateThing', { thingName: 'lamp' }],
    ['GET', '/things/lamp', 'DescribeThing', { thingName: 'lamp' }],
    ['GET', '/things', 'ListThings', {}],
    ['POST', '/certificate/register', 'RegisterCertificate', {}],
    ['PUT', '/target-policies/p%2Fq', 'AttachPolicy', { policyName: 'p%2Fq' }],
    [
      'GET',
      '/destinations/arn:aws:iot:x:y:ruledestination/http/1-2',
      'GetTopicRuleDestination',
      {
        arn: 'arn:aws:iot:x:y:ruledestination/http/1-2',
      },
    ],
    ['GET', '/policies/p/version/3', 'GetPolicyVersion', { policyName: 'p', policyVersionId: '3' }],
  ])('%s %s is %s', (method, path, name, labels) => {
    const routed = router.route(method, path);
    expect(routed?.operation.name).toBe(name);
    expect(Object.fromEntries(routed?.labels ?? [])).toEqual(labels);
  });

  it.each([
    ['/topics/a%2Fb', 'a%2Fb'],
    ['/topics/a/b', 'a/b'],
    ['/topics/a', 'a'],
  ])('takes the topic of %s, encoded or not', (path, topic) => {
    const routed = data.route('POST', path);
    expect(routed?.operation.name).toBe('Publish');
    expect(routed?.labels.get('topic')).toBe(topic);
  });

  it('knows the paths that some clients write with a slash behind them, and no other ones', () => {
    const { operations } = APIS['iot']!.model;
    const tolerant = new OperationRouter(operations, new Set(), new Set(['ListAuthorizers']));
    const nameOf = (path: string) => tolerant.route('GET', path)?.operation.name;
    expect(['/authorizers', '/authorizers/', '/things/'].map(nameOf)).toEqual([
      'ListAuthorizers',
      'ListAuthorizers',
      undefined,
    ]);
  });

  it.each([
    ['an unknown path', 'GET', '/nothing'],
    ['a method that the path does not have', 'DELETE', '/things'],
    ['an empty label', 'GET', '/policies//version/1'],
    ['a greedy label without a value', 'GET', '/destinations/'],
    ['a longer path', 'GET', '/things/lamp/more/of/it'],
    ['the root', 'GET', '/'],
    ['the name of a member of every object', 'GET', '/constructor'],
  ])('knows no operation for %s', (_name, method, path) => {
    expect(router.route(method, path)).toBeUndefined();
  });
});
