import { startInOneProcess } from './support/identity/identity-world.js';
import { describeProvisioning } from './support/provisioning/provisioning-stories.js';

describe('provisioning, in one process', () => describeProvisioning(startInOneProcess));
