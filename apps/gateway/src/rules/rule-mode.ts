import { registerEnumType } from '@nestjs/graphql';

/** Whether a rule acts. */
export const RuleMode = { LIVE: 'LIVE', SHADOW: 'SHADOW' } as const;

/** Whether a rule acts. */
export type RuleMode = keyof typeof RuleMode;

registerEnumType(RuleMode, {
  name: 'RuleMode',
  description: 'Whether a rule acts.',
  valuesMap: {
    LIVE: { description: 'Its actions run.' },
    SHADOW: { description: 'It is evaluated on live messages, but its actions are muted and only counted.' },
  },
});
