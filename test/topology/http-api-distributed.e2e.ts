import { startDistributed } from './support/product.js';
import { describeHttpApiAreas } from './support/http-api-areas-story.js';
import { describeHttpApiStory } from './support/http-api-story.js';
import { World } from './support/world.js';

describe('the HTTP API in five processes', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(() => startDistributed({ settings: { THINGCORE_RULES_PRIVATE_HOSTS: '127.0.0.1' } }));
  });

  afterAll(() => world?.close());

  describeHttpApiStory(() => world);
  describeHttpApiAreas(() => world);
});
