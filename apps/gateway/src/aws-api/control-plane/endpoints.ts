import type { DescribeEndpointRequest, DescribeEndpointResponse } from '@aws-sdk/client-iot';
import { IotError } from '#thingcore/errors';
import { handler, type OperationHandlers } from '../operation-handler.js';

/** AWS: the types of endpoints, in lower case, and what they are served for here; nothing when they are not. */
const TYPES: Readonly<Record<string, { readonly isServed: boolean }>> = {
  'iot:data': { isServed: true },
  'iot:data-ats': { isServed: true },
  'iot:data-beta': { isServed: false },
  'iot:credentialprovider': { isServed: false },
  'iot:jobs': { isServed: false },
  'iot:deviceadvisor': { isServed: false },
};

/** AWS: Control plane, endpoint. */
export const endpointHandlers: OperationHandlers = {
  DescribeEndpoint: handler<DescribeEndpointRequest, DescribeEndpointResponse>(
    'viewer',
    async ({ installation }, { endpointType = 'iot:Data' }) => {
      const type = endpointType.toLowerCase();
      const known = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
      if (known?.isServed) return Promise.resolve({ endpointAddress: installation.endpoint });
      const problem =
        known === undefined
          ? `Endpoint type ${endpointType} not recognized.`
          : `Endpoint type ${endpointType} is not served by Thingcore; there are iot:Data and iot:Data-ATS.`;
      return Promise.reject(new IotError('InvalidRequest', problem, { details: { field: 'endpointType' } }));
    },
  ),
};
