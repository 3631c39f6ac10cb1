import { registerEnumType } from '@nestjs/graphql';

/** Which way a list is ordered. */
export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;

/** Which way a list is ordered. */
export type OrderDirection = keyof typeof OrderDirection;

registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which way a list is ordered.',
  valuesMap: {
    ASC: { description: 'The smallest, earliest or alphabetically first one first.' },
    DESC: { description: 'The largest, latest or alphabetically last one first.' },
  },
});
