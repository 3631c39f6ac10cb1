import { startDistributed } from './support/product.js';
import { describeRulesStory } from './support/rules-story.js';
import { World } from './support/world.js';

describe('rules in five processes', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(startDistributed);
  });

  afterAll(() => world?.close());

  describeRulesStory(() => world);
});
