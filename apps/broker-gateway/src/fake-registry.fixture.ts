import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  type AccessRole,
  deriveAccessKey,
  getAuthority,
  issueServerCertificate,
  listPrincipalChanges,
  type ParsedRequestOf,
  presentCertificate,
  type Principal,
  type PrincipalChange,
  type ReplyOf,
  resolvePrincipals,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import {
  type Authority,
  certificateId,
  createAuthority,
  createKeysAndCertificate,
  crossSign,
  issueServerCertificate as sign,
} from '#thingcore/pki';
import { deriveSigningKey } from '#thingcore/sigv4';

const YEAR_MS = 365 * 86_400_000;

/** A device with its certificate. */
export interface Device {
  readonly key: string;
  readonly cert: string;
  readonly certificateId: string;
}

export const ALLOW_ALL = { Effect: 'Allow', Action: 'iot:*', Resource: '*' };
export const arn = (resource: string) => `arn:aws:iot:us-east-1:123456789012:${resource}`;

/** The text of a policy with these statements. */
export const policyOf = (statement: object | object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statement });

function aYear() {
  const notBefore = new Date();
  return { notBefore, notAfter: new Date(notBefore.getTime() + YEAR_MS) };
}

/** What access keys of tests sign with. */
export const ACCESS_KEY_SECRET = 'secret-of-tests';

/** What the fake registry knows; all nodes of a test ask the same. */
class RegistryState {
  /** The newest first, which signs. */
  authorities: Authority[] = [];
  readonly principals = new Map<string, Principal>();
  readonly changes: PrincipalChange[] = [];
  /** Whether the changes behind every cursor are known. */
  isComplete = true;
  /** Whether nothing about principals is answered. */
  isAway = false;
  /** Called after a principal was resolved and before it is answered. */
  afterResolve: () => void = () => undefined;
  /** How long a question for principals takes. */
  delayMs = 0;
  /** Sizes of the questions for principals. */
  readonly questions: number[] = [];
  /** By the id of the access key; all sign with {@link ACCESS_KEY_SECRET}. */
  readonly accessKeys = new Map<string, { role: AccessRole; expiresAt?: number }>();
  readonly presented: string[] = [];
  present: (id: string) => ReplyOf<typeof presentCertificate> = () => ({ outcome: 'UNKNOWN' });

  get authorityPem(): string {
    return this.authorities.map(({ certificatePem }) => certificatePem.trim()).join('\n');
  }

  /** Makes an authority, which signs from now on. */
  async addAuthority(): Promise<Authority> {
    const commonName = `Test CA ${this.authorities.length + 1}`;
    const authority = await createAuthority({ commonName, organization: 'T', now: new Date(), validForDays: 730 });
    this.authorities.unshift(authority);
    return authority;
  }

  /** Makes a device whose certificate has a policy of these statements, signed by `authority` or the platform's own. */
  async addDevice(
    statement: object | object[],
    changes: Partial<Principal> = {},
    authority = this.authorities[0]!,
  ): Promise<Device> {
    const validity = aYear();
    const made = await createKeysAndCertificate({ authority, keyType: 'EC_P256', commonName: 'device', ...validity });
    const device = { key: made.privateKeyPem, cert: made.certificatePem, certificateId: made.certificateId };
    const policyName = `policy-${device.certificateId.slice(0, 8)}`;
    this.principals.set(device.certificateId, {
      certificateId: device.certificateId,
      status: 'ACTIVE',
      notBefore: 0,
      notAfter: validity.notAfter.getTime(),
      policies: [{ policyName, policyVersionId: '1', policyDocument: policyOf(statement) }],
      ...changes,
    });
    return device;
  }

  /** What is known of a device, to be changed in place. */
  principalOf({ certificateId: id }: Device): Principal {
    return this.principals.get(id)!;
  }

  /** Notes a change for those who ask; answers it, so that a test can broadcast it or not. */
  noteChange(subject: PrincipalChange['subject'], name: string): PrincipalChange {
    const change = { sequence: this.changes.length + 1, subject, name };
    this.changes.push(change);
    return change;
  }
}

export const registry = new RegistryState();

/** The commands of the registry that a broker sends. */
@Controller()
export class FakeRegistry {
  @MessagePattern(getAuthority.pattern)
  getAuthority() {
    return { authorityPem: registry.authorityPem };
  }

  @MessagePattern(issueServerCertificate.pattern)
  async issueServerCertificate({ csrPem, hostnames }: ParsedRequestOf<typeof issueServerCertificate>) {
    const [authority, older] = registry.authorities;
    const validity = aYear();
    const chain = [await sign({ authority: authority!, csrPem, hostnames, ...validity })];
    if (older !== undefined) chain.push(await crossSign(older, authority!));
    const certificateChainPem = chain.map(({ certificatePem }) => certificatePem.trim()).join('\n');
    return { certificateChainPem, authorityPem: registry.authorityPem };
  }

  @MessagePattern(deriveAccessKey.pattern)
  deriveAccessKey({ accessKeyId, ...scope }: ParsedRequestOf<typeof deriveAccessKey>) {
    if (registry.isAway) throw new IotError('ServiceUnavailable', 'the registry is away');
    const key = registry.accessKeys.get(accessKeyId);
    if (key === undefined) throw new IotError('Unauthorized', 'This access key is not valid');
    return { ...key, name: 'a key', signingKey: deriveSigningKey(ACCESS_KEY_SECRET, scope).toString('base64') };
  }

  @MessagePattern(resolvePrincipals.pattern)
  async resolvePrincipals({ connections }: ParsedRequestOf<typeof resolvePrincipals>) {
    if (registry.isAway) throw new IotError('ServiceUnavailable', 'the registry is away');
    registry.questions.push(connections.length);
    if (registry.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, registry.delayMs));
    const principals = connections.map((connection) => {
      const known = registry.principals.get(connection.certificateId);
      if (known === undefined) return null;
      const { thing, ...rest } = structuredClone(known);
      const isItsThing = thing?.isExclusive === true || thing?.thingName === connection.clientId;
      return { ...rest, ...(thing !== undefined && isItsThing ? { thing } : {}) };
    });
    registry.afterResolve();
    return { principals };
  }

  @MessagePattern(listPrincipalChanges.pattern)
  listPrincipalChanges({ cursor }: ParsedRequestOf<typeof listPrincipalChanges>) {
    if (registry.isAway) throw new IotError('ServiceUnavailable', 'the registry is away');
    const next = String(registry.changes.length);
    if (cursor === undefined) return { changes: [], cursor: next, isComplete: true };
    const { isComplete } = registry;
    return { changes: isComplete ? registry.changes.slice(Number(cursor)) : [], cursor: next, isComplete };
  }

  @MessagePattern(presentCertificate.pattern)
  presentCertificate({ certificatePem }: ParsedRequestOf<typeof presentCertificate>) {
    const id = certificateId(certificatePem);
    registry.presented.push(id);
    return registry.present(id);
  }
}
