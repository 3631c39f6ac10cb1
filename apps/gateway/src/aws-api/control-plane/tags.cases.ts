import { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand } from '@aws-sdk/client-iot';
import {
  getTagsOfResources,
  getTagsOfTopicRules,
  tagResource,
  tagTopicRule,
  untagResource,
  untagTopicRule,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { call, describeArea } from './area.fixture.js';

const GROUP = 'arn:aws:iot:us-east-1:123456789012:thinggroup/floor';
const RULE = 'arn:aws:iot:us-east-1:123456789012:rule/hot';
const tags = [
  { Key: 'a', Value: '1' },
  { Key: 'b', Value: '' },
];

/** What AWS SDKs expect of tags. */
export function describeTags(): void {
  describeArea(
    'tags',
    [
      ...(
        [
          ['a thing group', GROUP, tagResource, untagResource, getTagsOfResources],
          ['a rule, which another service has', RULE, tagTopicRule, untagTopicRule, getTagsOfTopicRules],
        ] as const
      ).flatMap(([name, resourceArn, tag, untag, get]) => [
        {
          name: `TagResource of ${name}`,
          send: (iot: Sends) => iot.send(new TagResourceCommand({ resourceArn, tags }) as never),
          calls: [call(tag, { resourceArn, tags: { a: '1', b: '' } }, {})],
          output: {},
        },
        {
          name: `UntagResource of ${name}`,
          send: (iot: Sends) => iot.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'c'] }) as never),
          calls: [call(untag, { resourceArn, tagKeys: ['a', 'c'] }, {})],
          output: {},
        },
        {
          name: `ListTagsForResource of ${name}`,
          send: (iot: Sends) => iot.send(new ListTagsForResourceCommand({ resourceArn }) as never),
          calls: [
            call(get, { resourceArns: [resourceArn] }, { resources: [{ resourceArn, tags: { b: '', a: '1' } }] }),
          ],
          output: { tags },
        },
      ]),
    ],
    [
      {
        name: 'to list those of what does not exist',
        send: (iot) => iot.send(new ListTagsForResourceCommand({ resourceArn: GROUP })),
        services: [[getTagsOfResources, { resources: [] }]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'to tag what does not exist',
        send: (iot) => iot.send(new TagResourceCommand({ resourceArn: RULE, tags })),
        services: [[tagTopicRule, new IotError('ResourceNotFound', 'none')]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'what is no ARN, by the name of its member',
        send: (iot) => iot.send(new ListTagsForResourceCommand({ resourceArn: 'floor' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"resourceArn"/,
      },
      {
        name: 'a key that is there twice',
        send: (iot) => iot.send(new TagResourceCommand({ resourceArn: GROUP, tags: [tags[0]!, tags[0]!] })),
        error: 'InvalidRequestException',
        status: 400,
        message: /'tags' has the key a twice/,
      },
      {
        name: 'a token that nobody was given',
        send: (iot) => iot.send(new ListTagsForResourceCommand({ resourceArn: GROUP, nextToken: 'x' })),
        services: [[getTagsOfResources, { resources: [{ resourceArn: GROUP, tags: {} }] }]],
        error: 'InvalidRequestException',
        status: 400,
        message: /'nextToken'/,
      },
    ],
  );

  /** An SDK client, for tables that make commands of several kinds. */
  interface Sends {
    send(command: never): Promise<unknown>;
  }
}
