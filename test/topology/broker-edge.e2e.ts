import { describeHostileStory } from './support/edge/hostile-story.js';
import { describeHttpPublishStory } from './support/edge/http-publish-story.js';
import { describeTlsStory } from './support/edge/tls-story.js';
import { describeWebSocketStory } from './support/edge/web-socket-story.js';
import { startDistributed, startStandalone } from './support/product.js';
import { World } from './support/world.js';

/** The limits of a product that nobody has changed. */
const SETTINGS = { THINGCORE_BROKER_LIMITS: '' };

describe.each([
  ['in one process', startStandalone],
  ['in processes of their own', startDistributed],
])('the ports of the broker, %s', (_name, start) => {
  let world: World;

  beforeAll(async () => {
    world = await World.open(() => start({ settings: SETTINGS }));
  });

  afterAll(() => world?.close());

  describeWebSocketStory(() => world);
  describeTlsStory(() => world);
  describeHttpPublishStory(() => world);
  // The metrics in the endpoints are those of the broker when there is one process only.
  if (start === startStandalone) describeHostileStory(() => world);
});
