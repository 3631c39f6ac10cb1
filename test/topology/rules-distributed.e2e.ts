import { type OtlpReceiver, startOtlpReceiver } from '#thingcore/testing';
import { describeObservationStory, observedSettings } from './support/observation-story.js';
import { describeMetricsStory } from './support/metrics-story.js';
import { startDistributed } from './support/product.js';
import { describeRulesStory } from './support/rules-story.js';
import { World } from './support/world.js';

describe('rules in five processes', () => {
  let world: World;
  let collector: OtlpReceiver;

  beforeAll(async () => {
    collector = await startOtlpReceiver();
    world = await World.open(() => startDistributed({ settings: observedSettings(collector) }));
  });

  afterAll(async () => {
    await world?.close();
    await collector?.stop();
  });

  describeObservationStory(
    () => world,
    () => collector,
  );
  describeRulesStory(() => world);
  describeMetricsStory(() => world);
});
