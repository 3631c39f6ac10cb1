import { startStandalone } from './support/product.js';
import { describeHttpApiAreas } from './support/http-api-areas-story.js';
import { describeHttpApiStory } from './support/http-api-story.js';
import { World } from './support/world.js';

describe('the HTTP API in one process', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(() => startStandalone({ settings: { THINGCORE_RULES_PRIVATE_HOSTS: '127.0.0.1' } }));
  });

  afterAll(() => world?.close());

  describeHttpApiStory(() => world);
  describeHttpApiAreas(() => world);
});
