import { describeIdentity } from './support/identity/identity-stories.js';
import { startInOneProcess } from './support/identity/identity-world.js';

describe('identity, in one process', () => describeIdentity(startInOneProcess));
