import type { Tag } from '@aws-sdk/client-iot';
import { IotError } from '#thingcore/errors';
import { iotArn, parseArn } from '#thingcore/policy';
import type { Installation } from '../installation.js';

/** Tags as the services have them. Throws `InvalidRequest` for a key that is there twice. */
export function fromTags(tags: readonly Tag[] | undefined): Record<string, string> | undefined {
  if (tags === undefined) return undefined;
  const keys = tags.map(({ Key }) => Key ?? '');
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new IotError('InvalidRequest', `'tags' has the key ${twice} twice`, { details: { field: 'tags' } });
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Tags as the SDKs have them. */
export function toTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/**
 * What a request means that asks for a resource by its name, its ARN, or both, whose members begin with `member`, such as
 * `thing`. Throws `InvalidRequest` when both are missing or disagree, or for an ARN of something else or somewhere else.
 */
export function nameOf<Member extends 'thing' | 'thingGroup' | 'billingGroup'>(
  { scope }: Installation,
  member: Member,
  request: NamedResource<Member>,
): string {
  const [nameMember, arnMember] = [`${member}Name`, `${member}Arn`] as const;
  const [name, arn] = [request[nameMember], request[arnMember]];
  if (arn === undefined) return required(name, nameMember);
  const named = parseArn(arn)?.name ?? '';
  const here = iotArn(scope, ARN_KINDS[member], name ?? named);
  if (named !== '' && arn === here) return named;
  const expected = named === '' ? iotArn(scope, ARN_KINDS[member], name ?? 'NAME') : here;
  throw invalid(arnMember, `'${arnMember}' is ${arn}, which should be ${expected}`);
}

type NamedResource<Member extends string> = {
  readonly [Name in `${Member}Name` | `${Member}Arn`]?: string | undefined;
};

const ARN_KINDS = { thing: 'thing', thingGroup: 'thinggroup', billingGroup: 'billinggroup' } as const;

/** A member that the model does not require, but the operation does. Throws `InvalidRequest` when it is missing. */
export function required<T>(value: T | undefined, member: string): T {
  if (value !== undefined) return value;
  const text = `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`;
  throw invalid(member, text);
}

/** Refuses a member that this product has nothing for, instead of ignoring it. */
export function refuse(value: unknown, member: string): void {
  if (value !== undefined) throw invalid(member, `'${member}' is not supported: leave it out`);
}

/** The only one that was asked for. Throws `ResourceNotFound` when there is none of that name. */
export function onlyOne<T>(found: readonly T[], noun: string, name: string): T {
  const [one] = found;
  if (one !== undefined) return one;
  throw new IotError('ResourceNotFound', `${noun} ${name} does not exist`, { details: { name } });
}

function invalid(field: string, message: string): IotError {
  return new IotError('InvalidRequest', message, { details: { field } });
}
