import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { ChangedShadow, listShadowChangesAfter, ReplyOf } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import {
  type AcceptedDocument,
  acceptedDocument,
  computeDelta,
  type DeletedDocument,
  diffState,
  getDocument,
  recordOfTexts,
  type ShadowRecord,
  type ShadowState,
  type StatePatch,
  unfoldChanges,
} from '#thingcore/shadow-document';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { toShadowCursor } from './shadow-cursor.js';
import { Shadow, toShadow } from './shadow.type.js';

/** Which shadow an update is of. */
export interface ShadowName {
  readonly thingName: string;
  /** Null for the classic shadow. */
  readonly shadowName: string | null;
}

/** A change of a shadow as a subscriber sees it. */
@ObjectType({ description: 'A change of a shadow, whoever made it: an update, or its deletion.' })
export class ShadowUpdate {
  @Field(() => String, { description: 'Where it stands: `after` of a subscription to this shadow goes on from there.' })
  cursor: string;

  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { nullable: true, description: 'The name of the named shadow; null for the classic shadow.' })
  shadowName: string | null;

  @Field(() => Int, { description: 'The version it made; of a deletion the version that was deleted.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was made, to the second.' })
  timestamp: number;

  @Field(() => Boolean, { description: 'Whether it deleted the shadow.' })
  deleted: boolean;

  @Field(() => Boolean, { description: 'Whether it is told from the history, to a client that has come back.' })
  replayed: boolean;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'The state that applications want after it; null when there is none.',
  })
  desired: JsonObject | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'The state that the device has reported after it; null when there is none.',
  })
  reported: JsonObject | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'What of the desired state the device does not report after it; null when there is nothing.',
  })
  delta: JsonObject | null;

  @Field(() => JsonScalar, {
    description:
      'What it set and, as null, removed: `{ "desired": {...}, "reported": {...} }`. Values that stayed what they were are left out.',
  })
  changes: StatePatch;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'What the devices are told on `update/accepted` or `delete/accepted`: the part of the state that was in the update. Null when it is told from the history.',
  })
  accepted: AcceptedDocument | DeletedDocument | null;

  @Field(() => Shadow, {
    nullable: true,
    description: 'The whole shadow after it; null after a deletion, and when it is told from the history.',
  })
  shadow: Shadow | null;
}

/** What the shadow service says of the changes of a shadow, in their order. */
export function toShadowUpdates({ thingName, shadowName, previous, steps }: ChangedShadow): ShadowUpdate[] {
  let before: ShadowRecord | undefined;
  const beforeAll = () => (previous === null ? undefined : recordOfTexts(previous));
  return unfoldChanges({ previous, steps }).map((change, index) => {
    const name = { thingName, shadowName: shadowName ?? null };
    if (change.kind === 'deletion') {
      const { version, timestamp } = change.deleted;
      const last = index === 0 ? beforeAll() : before;
      before = undefined;
      const facts = { version, timestamp, current: undefined, previous: last, accepted: () => change.deleted };
      return new LiveShadowUpdate(name, facts);
    }
    const { requested: state, current, version, timestamp, clientToken } = change;
    before = current;
    return new LiveShadowUpdate(name, {
      ...{ version, timestamp, current, previous: change.previous ?? undefined },
      accepted: () =>
        acceptedDocument(clientToken === undefined ? { state } : { state, clientToken }, version, timestamp),
    });
  });
}

/** What the history says of a change. */
export function toReplayedUpdate(
  { thingName, shadowName }: ShadowName,
  { version, at, isDeletion, changes, state }: ReplyOf<typeof listShadowChangesAfter>['changes'][number],
): ShadowUpdate {
  const timestamp = Math.floor(at / 1000);
  return {
    cursor: toShadowCursor({ version, isDeletion, timestamp }),
    ...{ thingName, shadowName, version, changes },
    timestamp: timestamp * 1000,
    deleted: isDeletion,
    replayed: true,
    desired: state?.desired ?? null,
    reported: state?.reported ?? null,
    delta: state?.delta ?? null,
    accepted: null,
    shadow: null,
  };
}

interface LiveFacts {
  readonly version: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly previous: ShadowRecord | undefined;
  /** Undefined after a deletion. */
  readonly current: ShadowRecord | undefined;
  readonly accepted: () => AcceptedDocument | DeletedDocument;
}

/** A change that has just happened. What costs something is made when somebody asks for it, once for all who do. */
class LiveShadowUpdate implements ShadowUpdate {
  readonly thingName: string;
  readonly shadowName: string | null;
  readonly replayed = false;
  #accepted: AcceptedDocument | DeletedDocument | undefined;
  #shadow: Shadow | undefined;
  #changes: StatePatch | undefined;

  constructor(
    { thingName, shadowName }: ShadowName,
    private readonly facts: LiveFacts,
  ) {
    this.thingName = thingName;
    this.shadowName = shadowName;
  }

  get cursor(): string {
    return toShadowCursor({ ...this.facts, isDeletion: this.deleted });
  }

  get version(): number {
    return this.facts.version;
  }

  get timestamp(): number {
    return this.facts.timestamp * 1000;
  }

  get deleted(): boolean {
    return this.facts.current === undefined;
  }

  get desired(): JsonObject | null {
    return this.state.desired ?? null;
  }

  get reported(): JsonObject | null {
    return this.state.reported ?? null;
  }

  get delta(): JsonObject | null {
    return computeDelta(this.state.desired, this.state.reported) ?? null;
  }

  get changes(): StatePatch {
    return (this.#changes ??= diffState(this.facts.previous?.state ?? {}, this.state));
  }

  get accepted(): AcceptedDocument | DeletedDocument {
    return (this.#accepted ??= this.facts.accepted());
  }

  get shadow(): Shadow | null {
    const { current, timestamp } = this.facts;
    if (current === undefined) return null;
    const { thingName, shadowName } = this;
    const origin = { thingName, shadowName: shadowName ?? undefined, updatedAt: this.timestamp };
    return (this.#shadow ??= toShadow(getDocument(current, timestamp), origin));
  }

  private get state(): ShadowState {
    return this.facts.current?.state ?? {};
  }
}
