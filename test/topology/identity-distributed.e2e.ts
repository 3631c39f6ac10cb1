import { describeIdentity } from './support/identity/identity-stories.js';
import { startWithTwoNodes } from './support/identity/identity-world.js';

describe('identity, with two broker nodes and two replicas of the registry', () => describeIdentity(startWithTwoNodes));
