import { startStandalone } from './support/product.js';
import { describeHttpApiStory } from './support/http-api-story.js';
import { World } from './support/world.js';

describe('the HTTP API in one process', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(startStandalone);
  });

  afterAll(() => world?.close());

  describeHttpApiStory(() => world);
});
