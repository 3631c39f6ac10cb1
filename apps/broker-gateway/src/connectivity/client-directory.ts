import { Injectable } from '@nestjs/common';
import type { Connectivity } from '#thingcore/contracts';
import { BrokerState } from '../state/broker-state.js';
import { type KeptConnection, toConnectivity } from './connection-record.js';

/** How many connections are read at a time where all are. */
const STEP = 250;

/** Who is connected where, on all nodes, and who was. */
@Injectable()
export class ClientDirectory {
  constructor(private readonly state: BrokerState) {}

  /** The last thing known of these clients; one that was never seen is left out. */
  async connectivity(clientIds: readonly string[]): Promise<Connectivity[]> {
    return this.present(await this.state.connections.find(clientIds));
  }

  /** The last thing known of these things; one that was never seen is left out. */
  async connectivityOfThings(
    thingNames: readonly string[],
  ): Promise<{ thingName: string; connectivity: Connectivity }[]> {
    const found = (await this.state.connections.findOfThings(thingNames)).flatMap((kept, index) =>
      kept === undefined ? [] : [{ kept, thingName: thingNames[index] ?? '' }],
    );
    const alive = await this.alive(found.map(({ kept }) => kept));
    return found.map(({ kept, thingName }) => ({ thingName, connectivity: toConnectivity(kept, alive) }));
  }

  /** Clients that are connected to any node, in the order of their ids as bytes compare. */
  async connected(after: string | undefined, limit: number): Promise<Connectivity[]> {
    const found: Connectivity[] = [];
    for (let from = after; ;) {
      const page = await this.state.connections.open(from, STEP);
      // Those of a dead node are open until somebody has settled what it left.
      found.push(...(await this.present(page)).filter(({ connected }) => connected));
      from = page.at(-1)?.record.clientId;
      if (page.length < STEP || found.length >= limit) return found.slice(0, limit);
    }
  }

  /** The node that a client is connected to; `undefined` when it is connected to none that lives. */
  async nodeOf(clientId: string): Promise<string | undefined> {
    const [kept] = await this.state.connections.find([clientId]);
    if (kept === undefined || kept.end !== undefined) return undefined;
    const { nodeId } = kept.record;
    return (await this.alive([kept])).has(nodeId) ? nodeId : undefined;
  }

  private async present(kept: readonly KeptConnection[]): Promise<Connectivity[]> {
    const alive = await this.alive(kept);
    return kept.map((one) => toConnectivity(one, alive));
  }

  private alive(kept: readonly KeptConnection[]): Promise<ReadonlySet<string>> {
    return this.state.living(new Set(kept.filter(({ end }) => end === undefined).map(({ record }) => record.nodeId)));
  }
}
