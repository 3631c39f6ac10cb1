import { checkTopicName, type TopicLimits } from '#thingcore/topics';
import { isUtf8 } from 'node:buffer';
import { ReasonCode } from '../packets/control-packet.js';
import { textOfKey } from '../packets/utf8-text.js';
import type { LaneRefusal } from '../ports/lane-policy.js';
import { type Receivers, Route } from './route.js';
import type { SubscriptionIndex } from './subscription-index.js';
import { TopicTree } from './topic-tree.js';

/** The part of the oldest routes that is forgotten when the table is full. */
const FORGOTTEN_PART = 16;

/**
 * The routes of the topics in use. A topic is checked once, and matched once until a subscription changes that matches it;
 * a change of other subscriptions, such as those of a fleet that reconnects, leaves it alone.
 */
export class RouteTable {
  private readonly routes = new Map<string, Route>();
  private readonly tree = new TopicTree<Route>();
  private readonly stale = (route: Route) => {
    route.receivers = undefined;
  };

  constructor(
    private readonly limits: TopicLimits,
    private readonly capacity: number,
  ) {}

  get size(): number {
    return this.routes.size;
  }

  /** The route of a topic, which need not be valid: see `problem`. */
  route(key: string): Route {
    return this.routes.get(key) ?? this.addRoute(key);
  }

  /** The route of a topic that is in use. */
  known(key: string): Route | undefined {
    return this.routes.get(key);
  }

  /** Who receives the messages of a route now. */
  receivers(route: Route, index: SubscriptionIndex): Receivers {
    return (route.receivers ??= index.receivers(route.key));
  }

  /** Forgets who receives the topics that a filter matches. */
  invalidate(filterKey: string): void {
    if (filterKey.includes('+') || filterKey.includes('#')) {
      this.tree.visit(filterKey, this.stale);
      return;
    }
    const route = this.routes.get(filterKey);
    if (route !== undefined) this.stale(route);
  }

  private addRoute(key: string): Route {
    const problem = this.problemOf(key);
    const route = new Route(key, textOfKey(key), problem);
    // A topic that nobody can use must not push out others.
    if (problem !== undefined) return route;
    if (this.routes.size >= this.capacity) this.forgetOldest();
    this.routes.set(key, route);
    this.tree.set(key, route);
    return route;
  }

  private problemOf(key: string): LaneRefusal | undefined {
    const bytes = Buffer.from(key, 'latin1');
    if (!isUtf8(bytes)) {
      // [MQTT-1.5.4-1]
      const reason = 'The topic name is not well formed UTF-8';
      return { reasonCode: ReasonCode.malformedPacket, reason, endsConnection: true };
    }
    const reason = checkTopicName(bytes.toString('utf8'), this.limits);
    return reason === undefined ? undefined : { reasonCode: ReasonCode.topicNameInvalid, reason, endsConnection: true };
  }

  private forgetOldest(): void {
    let rest = Math.ceil(this.capacity / FORGOTTEN_PART);
    for (const [key, route] of this.routes) {
      if (rest-- === 0) return;
      route.isForgotten = true;
      this.routes.delete(key);
      this.tree.delete(key);
    }
  }
}
