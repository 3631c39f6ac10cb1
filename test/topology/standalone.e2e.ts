import { describeEndToEndStory, prepareReadings } from './support/end-to-end-story.js';
import { startStandalone } from './support/product.js';
import { describeRefusals } from './support/refusals.js';
import { describeShadowClientStory } from './support/shadow-client-story.js';
import { describeTypedThingsStory } from './support/typed-things-story.js';
import { World } from './support/world.js';

describe('Thingcore in one process', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(startStandalone);
    await prepareReadings(world);
  });

  afterAll(() => world?.close());

  describeEndToEndStory(() => world);
  describeShadowClientStory(() => world);
  describeTypedThingsStory(() => world);
  describeRefusals(() => world);
});
