import type { Principal, PrincipalChange } from '#thingcore/contracts';

/** Names something that rights depend on, such as `policy:operators`. */
export function subjectOf({ subject, name }: Pick<PrincipalChange, 'subject' | 'name'>): string {
  return `${subject}:${name}`;
}

/**
 * What the rights of a connection depend on. The thing that is named like the client id is among it even if the
 * certificate is not attached to it: it may be made, or given to another, at any time.
 */
export function subjectsOf({ certificateId, thing, policies }: Principal, clientId: string): string[] {
  return [
    ...new Set([
      subjectOf({ subject: 'certificate', name: certificateId }),
      subjectOf({ subject: 'thing', name: clientId }),
      ...(thing === undefined ? [] : [subjectOf({ subject: 'thing', name: thing.thingName })]),
      ...(thing?.groupNames ?? []).map((name) => subjectOf({ subject: 'thingGroup', name })),
      ...policies.map(({ policyName }) => subjectOf({ subject: 'policy', name: policyName })),
    ]),
  ];
}
