import { closeSharedGateway } from './area.fixture.js';
import { describeEndpoints } from './endpoints.cases.js';
import { describeLogging } from './logging.cases.js';
import { describeProvisioningTemplates } from './provisioning-templates.cases.js';
import { describeRegistrationTasks } from './registration-tasks.cases.js';
import { describeRuleDestinations } from './rule-destinations.cases.js';
import { describeTopicRules } from './topic-rules.cases.js';

afterAll(closeSharedGateway);

describeTopicRules();
describeRuleDestinations();
describeProvisioningTemplates();
describeRegistrationTasks();
describeEndpoints();
describeLogging();
