import { describeAccessStory } from './access-story.js';
import { describeAuthorityRotationStory } from './authority-rotation-story.js';
import { describeAuthorizationStory } from './authorization-story.js';
import { describeBadInputStory } from './bad-input-story.js';
import { describeCertificateStatusStory } from './certificate-status-story.js';
import { describeConcurrentUpdatesStory } from './concurrent-updates-story.js';
import { describeDenialStory } from './denial-story.js';
import { describeFirstConnectionStory } from './first-connection-story.js';
import { describeGroupPolicyStory } from './group-policy-story.js';
import { IdentityWorld, type StartIdentity } from './identity-world.js';
import { describeIssuedCertificateStory } from './issued-certificate-story.js';
import { describeOwnAuthorityStory } from './own-authority-story.js';
import { describeRegistryEventsStory } from './registry-events-story.js';
import { describeRegistryStory } from './registry-story.js';

/** Everything about identity that a user can see, told against one running product. */
export function describeIdentity(start: StartIdentity): void {
  let world: IdentityWorld;

  beforeAll(async () => {
    world = await IdentityWorld.open(start);
  });

  afterAll(() => world?.close());

  describeRegistryStory(() => world);
  describeGroupPolicyStory(() => world);
  describeIssuedCertificateStory(() => world);
  describeCertificateStatusStory(() => world);
  describeOwnAuthorityStory(() => world);
  describeFirstConnectionStory(() => world);
  describeDenialStory(() => world);
  describeAuthorizationStory(() => world);
  describeAccessStory(() => world);
  describeRegistryEventsStory(() => world);
  describeConcurrentUpdatesStory(() => world);
  describeBadInputStory(() => world);
  describeAuthorityRotationStory(() => world);
}
