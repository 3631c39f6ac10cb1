import { type ArnKind, type ArnScope, iotArn } from './arn.js';
import { type BoundPolicies, type Decision } from './bound-policies.js';

/** Decisions kept unless told otherwise: far more than the topics of a device, few enough for 100,000 connections. */
const DEFAULT_CAPACITY = 512;

/** How decisions are remembered. */
export interface CacheOptions {
  /** The most decisions kept at a time, at least 2; 512 unless told. */
  readonly capacity?: number;
}

/** The decisions about one action, by the name of the resource: a name is there already, an ARN would have to be built. */
interface ActionDecisions {
  readonly kind: ArnKind;
  readonly byName: Map<string, Decision>;
}

/** Decisions by action, and how many there are. */
class Generation {
  private readonly actions = new Map<string, ActionDecisions>();
  size = 0;

  get(action: string, kind: ArnKind, name: string): Decision | undefined {
    const known = this.actions.get(action);
    return known?.kind === kind ? known.byName.get(name) : undefined;
  }

  add(action: string, kind: ArnKind, name: string, decision: Decision): void {
    let known = this.actions.get(action);
    if (known === undefined) this.actions.set(action, (known = { kind, byName: new Map() }));
    if (known.kind !== kind) return; // the resources of an action are of one kind; others are simply not remembered
    known.byName.set(name, decision);
    this.size++;
  }
}

/**
 * Decides as its policies do and remembers. A client that uses more names than fit loses those it has not used for
 * longest: there are two generations, and whoever is not asked for while the younger one fills up goes with the older.
 * The policies are bound to one context, so a changed policy or context needs a new instance.
 */
export class CachedDecisions {
  private recent = new Generation();
  private older = new Generation();
  private readonly generationSize: number;

  constructor(
    private readonly policies: BoundPolicies,
    private readonly scope: ArnScope,
    { capacity = DEFAULT_CAPACITY }: CacheOptions = {},
  ) {
    this.generationSize = Math.max(1, Math.floor(capacity / 2));
  }

  /** How many decisions are remembered. */
  get size(): number {
    return this.recent.size + this.older.size;
  }

  /** Decides whether an action is allowed on the resource of that kind and name, e.g. `iot:Publish`, `topic`, `site/a`. */
  decide(action: string, kind: ArnKind, name: string): Decision {
    return this.recent.get(action, kind, name) ?? this.recall(action, kind, name);
  }

  private recall(action: string, kind: ArnKind, name: string): Decision {
    const decision = this.older.get(action, kind, name) ?? this.policies.decide(action, iotArn(this.scope, kind, name));
    if (this.recent.size >= this.generationSize) {
      this.older = this.recent;
      this.recent = new Generation();
    }
    this.recent.add(action, kind, name, decision);
    return decision;
  }
}
