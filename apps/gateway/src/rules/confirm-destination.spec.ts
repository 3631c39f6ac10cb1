import { confirmTopicRuleDestination } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';

const ARN = 'arn:aws:iot:us-east-1:123456789012:ruledestination/http/1';
const DESTINATION = {
  arn: ARN,
  confirmationUrl: 'https://hooks.example.com/in',
  status: 'ENABLED' as const,
  createdAt: 0,
  lastUpdatedAt: 0,
};

// AWS: "HTTP action destinations", the enableUrl of the confirmation request
describe('the link that confirms a destination', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  const follow = (token: string) => gateway.app.inject({ method: 'GET', url: `/confirmdestination/${token}` });

  it('enables it for whoever has the token, without a key', async () => {
    gateway.services.answer(confirmTopicRuleDestination, () => DESTINATION);
    const response = await follow('a-token');
    expect([response.statusCode, response.json()]).toEqual([200, { arn: ARN, status: 'ENABLED' }]);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(gateway.services.requestsOf(confirmTopicRuleDestination)).toEqual([{ confirmationToken: 'a-token' }]);
  });

  it('says so when the token is not the last one that was sent', async () => {
    gateway.services.answer(confirmTopicRuleDestination, () => {
      throw new IotError('InvalidRequest', 'The confirmation token is none');
    });
    const response = await follow('old');
    expect([response.statusCode, response.json()]).toEqual([
      400,
      { code: 'InvalidRequest', message: 'The confirmation token is none' },
    ]);
  });

  it('shows nothing of what is wrong inside', async () => {
    gateway.services.answer(confirmTopicRuleDestination, () => {
      throw new IotError('ServiceUnavailable', 'connect ECONNREFUSED 10.0.0.7:5432');
    });
    const response = await follow('a-token');
    expect(response.statusCode).toBe(503);
    expect(response.body).not.toContain('10.0.0.7');
  });
});
