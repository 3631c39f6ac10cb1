import { closeSharedGateway } from './area.fixture.js';
import { describeAuthorization } from './authorization.cases.js';
import { describeCaCertificates } from './ca-certificates.cases.js';
import { describeCertificates } from './certificates.cases.js';
import { describePolicies } from './policies.cases.js';
import { describePolicyAttachments } from './policy-attachments.cases.js';

afterAll(closeSharedGateway);

describeCertificates();
describeCaCertificates();
describePolicies();
describePolicyAttachments();
describeAuthorization();
