import type { Client, SubscribePacket } from 'aedes';
import { IotError } from '#thingcore/errors';
import { isNeutralized, revealed } from '../lane/engine/shared-filter.js';
import type { MessageLane } from '../lane/message-lane.js';
import { type SubscriptionLimits, tooManySubscriptions } from '../profile/subscription-quota.js';

const NO_FILTER = 'A topic filter has too many levels, or a wildcard where none may be';

const NONE: ReadonlyMap<string, IotError> = new Map();

/**
 * Holds clients to how much they may subscribe to. The filters of a packet are judged together, when it was read: aedes
 * asks for each of them alone, and before the others are there.
 */
export class SubscriptionGate {
  /** By the filters of the packet that is being worked on. */
  private readonly refused = new WeakMap<Client, ReadonlyMap<string, IotError>>();

  constructor(
    private readonly limits: SubscriptionLimits,
    private readonly lane: () => MessageLane,
  ) {}

  /** Watches the SUBSCRIBE packets of a client. Call it before its first packet is read. */
  adopt(client: Client): void {
    const { _parser: parser } = client as Client & { _parser: NodeJS.EventEmitter };
    parser.prependListener('packet', (packet: SubscribePacket) => {
      if (packet.cmd === 'subscribe') this.refused.set(client, this.judge(client, packet));
    });
  }

  /** Why a client may not subscribe to a filter of its packet; `undefined` when its number does not speak against it. */
  refusalOf(client: Client, filter: string): IotError | undefined {
    if (isNeutralized(filter)) return new IotError('InvalidRequest', NO_FILTER);
    return (this.refused.get(client) ?? NONE).get(revealed(filter));
  }

  private judge(client: Client, { subscriptions }: SubscribePacket): ReadonlyMap<string, IotError> {
    const lane = this.lane();
    const filters = new Set(Object.keys((client as Client & { subscriptions: object }).subscriptions).map(revealed));
    return tooManySubscriptions(
      this.limits,
      subscriptions.map(({ topic }) => revealed(topic)),
      {
        ofClient: filters.size,
        ofAll: lane.subscriptions,
        has: (filter) => filters.has(filter),
        membersOf: (filter) => lane.membersOf(filter),
      },
    );
  }
}
