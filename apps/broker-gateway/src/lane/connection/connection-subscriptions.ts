import type { EngineClient, EngineSubscription } from '../engine/engine-client.js';
import type { LaneEmitter } from '../engine/lane-emitter.js';
import type { Qos } from '../packets/control-packet.js';
import type { Session } from '../routing/session.js';
import type { LaneCore } from './lane-core.js';

/** What one connection has subscribed to, as the engine tells it, and the session that it belongs to. */
export class ConnectionSubscriptions {
  private known: Session | undefined;

  constructor(
    private readonly core: LaneCore,
    private readonly client: EngineClient,
    private readonly emitter: LaneEmitter,
  ) {}

  /** The session of the client, which the engine has accepted. */
  get session(): Session {
    return (this.known ??= this.core.sessionOf(this.client));
  }

  add(filter: string, { qos, nl, rap, si, func }: EngineSubscription, isClosed: boolean): void {
    if (isClosed) {
      this.emitter.ignore(func); // it would stay for ever
      return;
    }
    const { session, core } = this;
    const options = { qos: qos as Qos, noLocal: nl === true, retainAsPublished: rap === true };
    core.index.add(session, filter, si === undefined ? options : { ...options, identifier: si });
    this.emitter.ignore(func, session.isPersistent ? undefined : core.interests.wanted(this.client, filter));
    if (session.receiver !== undefined) core.backlogs.subscribed(filter);
  }

  remove(filter: string): void {
    // The filters of a persistent session go when the store has removed them; here they only leave the connection.
    const { known: session, client, core } = this;
    if (session === undefined) return;
    const isKept = session.isPersistent && (!client.clean || client.closed);
    if (!isKept) core.index.remove(session, filter);
    if (!session.isPersistent) core.interests.unwanted(client, filter);
  }

  /** The connection has ended. */
  end(): void {
    if (this.known?.isPersistent !== false) return;
    this.core.index.removeAll(this.known);
    this.core.interests.wantsNothing(this.client);
  }
}
