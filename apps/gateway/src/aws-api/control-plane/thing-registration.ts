import type { RegisterThingRequest, RegisterThingResponse } from '@aws-sdk/client-iot';
import { registerThing } from '#thingcore/contracts';
import { handler, type OperationHandlers } from '../operation-handler.js';

/** AWS: Control plane, things with all that belongs to them out of a provisioning template. */
export const thingRegistrationHandlers: OperationHandlers = {
  RegisterThing: handler<RegisterThingRequest, RegisterThingResponse>('operator', async ({ rpc }, input) => {
    const { templateBody, parameters } = input;
    const { certificatePem, resourceArns } = await rpc.call(registerThing, { templateBody, parameters });
    return { certificatePem, resourceArns };
  }),
};
