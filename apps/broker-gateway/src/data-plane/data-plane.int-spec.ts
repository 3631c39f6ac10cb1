import { Neighbours } from '../broker.fixture.js';
import { DataPlaneUnderTest } from './data-plane.fixture.js';
import { describePort } from './port.cases.js';
import { describeRequests } from './requests.cases.js';
import { describeSignedRequests } from './signed-requests.cases.js';

describe('the HTTPS data plane', () => {
  const plane = new DataPlaneUnderTest();

  beforeAll(() => plane.start());

  beforeEach(() => Neighbours.reset());

  afterEach(() => plane.disconnect());

  afterAll(() => plane.stop());

  describeRequests(plane);
  describeSignedRequests(plane);
  describePort(plane);
});
