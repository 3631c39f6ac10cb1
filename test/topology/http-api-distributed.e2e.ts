import { startDistributed } from './support/product.js';
import { describeHttpApiStory } from './support/http-api-story.js';
import { World } from './support/world.js';

describe('the HTTP API in five processes', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(startDistributed);
  });

  afterAll(() => world?.close());

  describeHttpApiStory(() => world);
});
