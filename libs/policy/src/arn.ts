/** Where resources live: the region and account every ARN of this installation names. */
export interface ArnScope {
  readonly region: string;
  readonly account: string;
}

/** The kinds of resource that have an ARN. */
export type ArnKind =
  | 'authorizer'
  | 'billinggroup'
  | 'cacert'
  | 'cert'
  | 'client'
  | 'command'
  | 'domainconfiguration'
  | 'index'
  | 'job'
  | 'policy'
  | 'provisioningtemplate'
  | 'rolealias'
  | 'rule'
  | 'stream'
  | 'thing'
  | 'thinggroup'
  | 'thingtype'
  | 'topic'
  | 'topicfilter';

/** The parts of `arn:<partition>:<service>:<region>:<account>:<kind>/<name>`; any of them may be empty. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** What stands before the first `/` of the resource; the whole resource when it has none. */
  readonly kind: string;
  /** What stands behind the first `/` of the resource, slashes included; empty when it has none. */
  readonly name: string;
}

/**
 * Spells the ARN of a resource of this installation, e.g. `arn:aws:iot:us-east-1:123456789012:topic/site/a`. The name
 * stands as it is: a topic keeps its slashes, a topic filter its wildcards, a named shadow is `thing/<thing>/<shadow>`.
 */
export function iotArn(scope: ArnScope, kind: ArnKind, name: string): string {
  return `arn:aws:iot:${scope.region}:${scope.account}:${kind}/${name}`;
}

/** Splits an ARN; `undefined` when the text is none. */
export function parseArn(text: string): Arn | undefined {
  const [prefix, partition, service, region, account, ...rest] = text.split(':');
  if (prefix !== 'arn' || partition === undefined || service === undefined) return undefined;
  if (region === undefined || account === undefined || rest.length === 0) return undefined;
  const resource = rest.join(':'); // a topic or a thing name may contain colons
  const slash = resource.indexOf('/');
  return {
    partition,
    service,
    region,
    account,
    kind: slash === -1 ? resource : resource.slice(0, slash),
    name: slash === -1 ? '' : resource.slice(slash + 1),
  };
}
