import { Injectable } from '@nestjs/common';
import type { Principal } from '#thingcore/contracts';
import { ClaimPrincipals } from '../provisioning-claims/claim-principals.js';
import { type AskedConnection, type PolicyText, PrincipalStore, type ResolvedConnection } from './principal.store.js';

/** Brings together all that decides what connections may do. */
@Injectable()
export class PrincipalResolver {
  constructor(
    private readonly store: PrincipalStore,
    private readonly claims: ClaimPrincipals,
  ) {}

  /**
   * The principals of connections, in the order asked; null for a certificate that does not exist. A temporary claim is a
   * principal too.
   */
  async resolve(connections: readonly AskedConnection[]): Promise<(Principal | null)[]> {
    const resolved = await this.store.connections(connections);
    const names = new Set(resolved.flatMap(({ policyNames }) => policyNames));
    // Many connections have the same few policies: their texts are read once.
    const texts = names.size === 0 ? [] : await this.store.policies([...names]);
    const policies = new Map(texts.map((policy) => [policy.policyName, policy]));
    const byIndex = new Map(resolved.map((connection) => [connection.index, connection]));
    const unknown = connections.flatMap(({ certificateId }, index) => (byIndex.has(index) ? [] : [certificateId]));
    const claims = await this.claims.ofCertificates(unknown);
    return connections.map(({ certificateId }, index) => {
      const connection = byIndex.get(index);
      if (connection === undefined) return claims.get(certificateId) ?? null;
      return toPrincipal(certificateId, connection, policies);
    });
  }
}

function toPrincipal(
  certificateId: string,
  { status, notBefore, notAfter, thing, groupNames, policyNames }: ResolvedConnection,
  policies: ReadonlyMap<string, PolicyText>,
): Principal {
  return {
    certificateId,
    status,
    notBefore: notBefore.getTime(),
    notAfter: notAfter.getTime(),
    ...(thing === null ? {} : { thing: toThing(thing, groupNames) }),
    // One that was detached and deleted between the two statements is missing, as it should.
    policies: policyNames.flatMap((policyName) => policies.get(policyName) ?? []),
  };
}

function toThing(
  { thingName, thingTypeName, attributes, isExclusive }: NonNullable<ResolvedConnection['thing']>,
  groupNames: string[],
): NonNullable<Principal['thing']> {
  return {
    thingName,
    ...(thingTypeName === null ? {} : { thingTypeName }),
    attributes,
    isExclusive,
    groupNames,
  };
}
