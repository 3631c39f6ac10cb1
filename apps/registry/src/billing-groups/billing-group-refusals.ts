import { IotError } from '#thingcore/errors';

/** There is no such billing group. */
export function billingGroupNotFound(billingGroupName: string): IotError {
  return new IotError('ResourceNotFound', `Billing group ${billingGroupName} does not exist`, {
    details: { field: 'billingGroupName', billingGroupName },
  });
}
