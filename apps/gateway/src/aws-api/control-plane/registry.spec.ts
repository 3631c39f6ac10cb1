import { closeSharedGateway } from './area.fixture.js';
import { describeBillingGroups } from './billing-groups.cases.js';
import { describeEventConfigurations } from './event-configurations.cases.js';
import { describeTags } from './tags.cases.js';
import { describeThingGroups } from './thing-groups.cases.js';
import { describeThingPrincipals } from './thing-principals.cases.js';
import { describeThingTypes } from './thing-types.cases.js';
import { describeThings } from './things.cases.js';

afterAll(closeSharedGateway);

describeThings();
describeThingTypes();
describeThingGroups();
describeBillingGroups();
describeThingPrincipals();
describeTags();
describeEventConfigurations();
