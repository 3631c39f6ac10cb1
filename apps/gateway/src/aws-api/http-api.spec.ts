import { describeHttpApi } from './aws-api.cases.js';
import { describeDataPlane } from './data-plane.cases.js';
import { describeEdge } from './edge.cases.js';

describeHttpApi();
describeDataPlane();
describeEdge();
