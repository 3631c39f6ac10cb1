import {
  type PrincipalChange,
  type RegistryChangeOperation,
  registryChangeOperation,
  type RegistryChangeSubject,
  type RegistryEventKind,
} from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';

/** What something changed about: principals that depend on it must be resolved anew. */
export type ChangeSubject = Pick<PrincipalChange, 'subject' | 'name'>;

/** An event to tell; `kind` null for one that cannot be disabled. */
export interface ToldEvent {
  kind: RegistryEventKind | null;
  topic: string;
  document: JsonObject;
}

/** A change for the log of the registry. */
export interface ChangeEntry {
  readonly kind: RegistryEventKind;
  readonly operation: RegistryChangeOperation;
  readonly subject: RegistryChangeSubject;
}

/** What happened to something that no registry event of AWS tells of. */
export interface NotedChange {
  readonly kind: 'POLICY' | 'CERTIFICATE' | 'CA_CERTIFICATE';
  readonly operation: RegistryChangeOperation;
  readonly name: string;
}

/** How topics of registry events call what stands behind, and how subjects do. */
const TOPIC_WORDS: Readonly<Record<string, keyof RegistryChangeSubject>> = {
  thing: 'thingName',
  thingType: 'thingTypeName',
  thingGroup: 'thingGroupName',
  childThingGroup: 'childThingGroupName',
};

const AFFECTED_KINDS = {
  certificate: 'CERTIFICATE',
  policy: 'POLICY',
  thing: 'THING',
  thingGroup: 'THING_GROUP',
} as const satisfies Record<ChangeSubject['subject'], RegistryEventKind>;

const NAMES_OF_KINDS = {
  CERTIFICATE: 'certificateId',
  CA_CERTIFICATE: 'caCertificateId',
  POLICY: 'policyName',
  THING: 'thingName',
  THING_GROUP: 'thingGroupName',
} as const satisfies Partial<Record<RegistryEventKind, keyof RegistryChangeSubject>>;

/** The entry of an event that is told; undefined for one that is no change of a resource of its own. */
export function entryOfEvent({ kind, topic }: Pick<ToldEvent, 'kind' | 'topic'>): ChangeEntry | undefined {
  const operation = operationOf(topic);
  if (kind === null || operation === undefined) return undefined;
  return { kind, operation, subject: subjectOf(topic) };
}

/** The entry of a change that no event tells of. */
export function entryOfNote({ kind, operation, name }: NotedChange): ChangeEntry {
  return { kind, operation, subject: { [NAMES_OF_KINDS[kind]]: name } };
}

/**
 * The entries of subjects that something changed about (a policy was attached, a status set), but for those that the
 * transaction tells of in another way.
 */
export function entriesOfSubjects(subjects: readonly ChangeSubject[], others: readonly ChangeEntry[]): ChangeEntry[] {
  return subjects
    .map(({ subject, name }): ChangeEntry => {
      const kind = AFFECTED_KINDS[subject];
      return { kind, operation: 'UPDATED', subject: { [NAMES_OF_KINDS[kind]]: name } };
    })
    .filter((entry) => !others.some((other) => isAboutTheSame(entry, other)));
}

function isAboutTheSame(one: ChangeEntry, other: ChangeEntry): boolean {
  return one.kind === other.kind && JSON.stringify(one.subject) === JSON.stringify(other.subject);
}

/** The last word of a topic says what happened. */
function operationOf(topic: string): RegistryChangeOperation | undefined {
  const word = topic.slice(topic.lastIndexOf('/') + 1).toUpperCase();
  return registryChangeOperation.safeParse(word).data;
}

/** `$aws/events/thing/lamp/created` is about the thing lamp: names stand behind what they name. */
function subjectOf(topic: string): RegistryChangeSubject {
  const words = topic.split('/').slice(2, -1);
  // The topics of relations say first what relation it is.
  const pairs = words.length % 2 === 0 ? words : words.slice(1);
  const subject: RegistryChangeSubject = {};
  for (let at = 0; at < pairs.length; at += 2) {
    const word = TOPIC_WORDS[pairs[at] ?? ''];
    if (word !== undefined) subject[word] = pairs[at + 1];
  }
  return subject;
}
