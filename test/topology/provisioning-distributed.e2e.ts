import { startNodesOfIdentityAlone } from './support/identity/identity-world.js';
import { describeProvisioning } from './support/provisioning/provisioning-stories.js';

describe('provisioning, with two broker nodes and two replicas of the registry', () =>
  describeProvisioning(startNodesOfIdentityAlone));
