import { startStandalone } from './support/product.js';
import { describeRulesStory } from './support/rules-story.js';
import { World } from './support/world.js';

describe('rules in one process', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(startStandalone);
  });

  afterAll(() => world?.close());

  describeRulesStory(() => world);
});
