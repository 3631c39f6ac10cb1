import { Controller, type DynamicModule } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type PayloadOf, shadowChanged } from '#thingcore/contracts';
import { Clock, readConfig, type RunningProcess } from '#thingcore/platform';
import { type DeletedDocument, unfoldChanges, type UnfoldedUpdate } from '#thingcore/shadow-document';
import { startTestProcess } from '#thingcore/testing';
import { handles, RpcClient } from '#thingcore/transport';
import { shadowSettings } from './shadow.config.js';
import { ShadowModule } from './shadow.module.js';

/** An update as whoever hears of it sees it. */
interface Updated {
  readonly thingName: string;
  readonly shadowName?: string | undefined;
  readonly update: UnfoldedUpdate;
}
/** A deletion as whoever hears of it sees it. */
interface Deleted {
  readonly thingName: string;
  readonly shadowName?: string | undefined;
  readonly deleted: DeletedDocument;
}

/** What services have told, in the order it was heard. Services of one test may share it. */
export class Heard {
  readonly updated: Updated[] = [];
  readonly deleted: Deleted[] = [];
  /** Waited for before an event counts as heard. */
  beforeHearing: () => Promise<void> = () => Promise.resolve();

  clear(): void {
    this.updated.length = 0;
    this.deleted.length = 0;
  }
}

/** A shadow service in a process of its own, as far as it can tell, that somebody listens to. */
export interface ShadowServiceUnderTest {
  readonly rpc: RpcClient;
  readonly clock: { now(): number };
  readonly process: RunningProcess;
}

/** Starts a service on a database. */
export async function startShadowService(
  databaseUrl: string,
  heard: Heard = new Heard(),
  settings: NodeJS.ProcessEnv = {},
): Promise<ShadowServiceUnderTest> {
  const process = await startTestProcess({
    service: 'shadow',
    databaseUrl,
    modules: [ShadowModule.forRoot(readConfig(shadowSettings, settings)), listenerModule(heard)],
  });
  return { process, rpc: process.app.get(RpcClient, { strict: false }), clock: process.app.get(Clock) };
}

/** The payload of a request: JSON as bytes, or text as it is. */
export function bytes(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
}

function listenerModule(heard: Heard): DynamicModule {
  @Controller()
  class Listener {
    @EventPattern(...handles(shadowChanged))
    async onChanged({ shadows }: PayloadOf<typeof shadowChanged>) {
      await heard.beforeHearing();
      for (const { thingName, shadowName, ...chain } of shadows) {
        for (const change of unfoldChanges(chain)) {
          if (change.kind === 'update') heard.updated.push({ thingName, shadowName, update: change });
          else heard.deleted.push({ thingName, shadowName, deleted: change.deleted });
        }
      }
    }
  }
  class ListenerModule {}
  return { module: ListenerModule, controllers: [Listener] };
}
