import { getTagsOfResources, tagResource, untagResource } from '#thingcore/contracts';
import { describeOperations } from '../operations.fixture.js';

const ARN = 'arn:aws:iot:us-east-1:123456789012:thinggroup/floor';

describeOperations(
  'the operations of tags',
  [
    {
      name: 'tagResource',
      operation: `mutation { tagResource(input: { resourceArn: "${ARN}", tags: { cost: "42" } }) { resource { resourceArn tags } } }`,
      command: tagResource,
      request: { resourceArn: ARN, tags: { cost: '42' } },
      reply: {},
      data: { tagResource: { resource: { resourceArn: ARN, tags: { cost: '42', owner: 'ops' } } } },
    },
    {
      name: 'untagResource',
      operation: `mutation { untagResource(input: { resourceArn: "${ARN}", tagKeys: ["old"] }) { resource { tags } } }`,
      command: untagResource,
      request: { resourceArn: ARN, tagKeys: ['old'] },
      reply: {},
      data: { untagResource: { resource: { tags: { cost: '42', owner: 'ops' } } } },
    },
  ],
  ({ services }) =>
    services.answer(getTagsOfResources, ({ resourceArns }) => ({
      resources: resourceArns.map((resourceArn) => ({ resourceArn, tags: { cost: '42', owner: 'ops' } })),
    })),
);
