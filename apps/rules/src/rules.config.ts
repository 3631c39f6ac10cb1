import { type ConfigOf, setting, wholeNumber } from '#thingcore/platform';
import { z } from 'zod';

/** What rules can be told. */
export const rulesSettings = {
  postgresqlUrl: setting(
    'THINGCORE_RULES_POSTGRESQL_URL',
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host:5432/database')
      .optional(),
    'Database that the action "postgresql" writes to; rules with this action are refused without it',
  ),
  maxInFlight: setting(
    'THINGCORE_RULES_MAX_IN_FLIGHT',
    wholeNumber(4096, 1, 1_000_000),
    'Rule executions a process works on at a time; above it, publishers with QoS 1 wait',
  ),
  maxInFlightPerRule: setting(
    'THINGCORE_RULES_MAX_IN_FLIGHT_PER_RULE',
    wholeNumber(1024, 1, 1_000_000),
    'Executions of one rule a process works on at a time; above it, messages of QoS 1 wait in the inbox and those of QoS 0 are dropped',
  ),
  leaseMs: setting(
    'THINGCORE_RULES_LEASE_MS',
    wholeNumber(15_000, 200, 3_600_000),
    'Milliseconds without a sign of life after which the messages of a dead process are worked off by another',
  ),
};

/** What rules were told. */
export type RulesConfig = ConfigOf<typeof rulesSettings>;

/** Where {@link RulesConfig} is found. */
export const RULES_CONFIG = Symbol('RulesConfig');
