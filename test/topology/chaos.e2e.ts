import { ChaosCluster } from './support/chaos/chaos-cluster.js';
import { ChaosFleet } from './support/chaos/chaos-fleet.js';
import { chaosPlan } from './support/chaos/chaos-plan.js';
import { runStep, settle } from './support/chaos/chaos-step.js';
import { slowest, row, type StepRecord, table } from './support/chaos/step-record.js';
import { describeEndToEndStory, prepareReadings } from './support/end-to-end-story.js';
import { World } from './support/world.js';

const plan = chaosPlan(process.env);

/** A start or a step that does not come to its end says itself what it waits for. */
const STEP_LIMIT_MS = 420_000;

describe('two processes of every service, under load', () => {
  const records: StepRecord[] = [];
  let cluster: ChaosCluster;
  let world: World;
  let fleet: ChaosFleet;

  beforeAll(async () => {
    cluster = await ChaosCluster.open();
    world = await World.open(() => cluster.product());
    if (plan.tellsStories) await prepareReadings(world);
  }, STEP_LIMIT_MS);

  afterAll(async () => {
    await fleet?.close();
    await (world ?? cluster)?.close();
    process.stdout.write(`\n${table(records)}\n\n`);
  });

  if (plan.tellsStories) describeEndToEndStory(() => world);

  describe('while parts of them die', () => {
    beforeAll(async () => {
      fleet = await ChaosFleet.start(cluster);
    });

    it.each(plan.disruptions)(
      'lose nothing and recover by themselves: $name',
      async (disruption) => {
        const record = await runStep(cluster, fleet, disruption, plan);
        records.push(record);
        process.stdout.write(`${row(record)}\n`);
        expect({ lost: record.lost, unclear: record.unclear }).toEqual({ lost: [], unclear: [] });
        expect(slowest(record).ms).toBeLessThan(plan.recoveryLimitMs);
      },
      STEP_LIMIT_MS,
    );

    it('have everything that they acknowledged in the end, and nobody waits', async () => {
      await fleet.stopLoads();
      expect(await settle(fleet)).toEqual([]);
      expect(await fleet.table.missing(fleet.messages.acknowledged())).toEqual([]);
      expect(fleet.messages.inFlight).toBe(0);
    });
  });
});
