import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { S3_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionKind, ActionScope, CompiledAction } from '../action.js';
import { actionText, ofLength } from '../action-text.js';
import { parseFields } from '../parse-fields.js';
import { roleArn } from './aws-fields.js';

/** AWS: `CannedAccessControlList`. */
const CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'log-delivery-write',
] as const;

/** S3 takes this one of a bucket only; nothing may be said of an object with it. */
type ObjectAcl = Exclude<(typeof CANNED_ACLS)[number], 'log-delivery-write'>;

const schema = z.strictObject({
  roleArn,
  bucketName: z.string().min(1),
  key: z.string().min(1),
  cannedAcl: z.enum(CANNED_ACLS, `must be one of ${CANNED_ACLS.join(', ')}`).optional(),
});

/** AWS: "S3". Puts the outgoing payload into an object. */
@Injectable()
export class S3Kind implements ActionKind {
  readonly key = 's3';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { roleArn, bucketName, key, cannedAcl } = parseFields(schema, config, scope.path);
    const bucketOf = actionText(bucketName, 'bucketName', scope, ofLength(3, 255));
    const keyOf = actionText(key, 'key', scope, (text) =>
      Buffer.byteLength(text) <= 1024 && text !== '' ? undefined : 'must have 1 to 1024 bytes',
    );
    return {
      key: this.key,
      failedAction: 'S3Action',
      resource: bucketName,
      unavailable: this.aws.connections.unavailable(roleArn),
      execute: async (input) => {
        const Bucket = await bucketOf(input);
        const Key = await keyOf(input);
        const object = {
          Bucket,
          Key,
          Body: input.output.bytes,
          ContentType: input.output.value === undefined ? 'application/octet-stream' : 'application/json',
          ...(cannedAcl === undefined ? {} : { ACL: cannedAcl as ObjectAcl }),
        };
        await this.aws.call(S3_API, { roleArn, resource: Bucket }, (s3, signal) => s3.putObject(object, signal));
      },
    };
  }
}
