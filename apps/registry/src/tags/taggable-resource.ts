import { iotArn, parseArn, type ArnScope } from '#thingcore/policy';

/** The kinds of resources that carry tags, as their ARNs name them. AWS: things themselves are not taggable. */
export const TAGGABLE_KINDS = [
  'thingtype',
  'thinggroup',
  'billinggroup',
  'policy',
  'cacert',
  'provisioningtemplate',
] as const;

/** A kind of resource that carries tags. */
export type TaggableKind = (typeof TAGGABLE_KINDS)[number];

/** A resource that carries tags, if it exists. */
export interface TaggableResource {
  readonly kind: TaggableKind;
  readonly name: string;
}

/** Why an ARN names no resource with tags: it cannot (`kind`), or it is of another region or account (`elsewhere`). */
export type NotTaggable = 'kind' | 'elsewhere';

/** The resource of this installation that an ARN names. */
export function taggableResource(scope: ArnScope, resourceArn: string): TaggableResource | NotTaggable {
  const arn = parseArn(resourceArn);
  const kind = TAGGABLE_KINDS.find((candidate) => candidate === arn?.kind);
  if (arn === undefined || kind === undefined) return 'kind';
  return resourceArn === iotArn(scope, kind, arn.name) ? { kind, name: arn.name } : 'elsewhere';
}
