import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-iot';
import { IotError } from '#thingcore/errors';
import { inTermsOf } from '../../errors/field-names.js';
import { addTags, removeTags, tagsOf } from '../../tags/resource-tags.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOfAll } from '../pages.js';
import { fromTags, toTags } from './members.js';

/** AWS: Control plane, tags. */
export const tagHandlers: OperationHandlers = {
  TagResource: handler<TagResourceRequest>('operator', async ({ rpc }, { resourceArn, tags }) => {
    await addTags(rpc, resourceArn, fromTags(tags) ?? {});
  }),

  UntagResource: handler<UntagResourceRequest>('operator', async ({ rpc }, { resourceArn, tagKeys }) => {
    await removeTags(rpc, resourceArn, tagKeys);
  }),

  ListTagsForResource: handler<ListTagsForResourceRequest, ListTagsForResourceResponse>(
    'viewer',
    async ({ rpc }, { resourceArn, nextToken }) => {
      const found = await inTermsOf(
        { resourceArns: 'resourceArn', 'resourceArns.0': 'resourceArn' },
        tagsOf(rpc, [resourceArn]),
      );
      const tags = found.get(resourceArn);
      if (tags === undefined) {
        const message = `Resource ${resourceArn} does not exist, or can carry no tags`;
        throw new IotError('ResourceNotFound', message, { details: { field: 'resourceArn' } });
      }
      // A resource has at most 50 tags: they are one page.
      const { page } = pageOfAll(toTags(tags), ({ Key }) => Key ?? '', { nextToken, maxResults: 250 });
      return { tags: page };
    },
  ),
};
