import { toNumber, toText } from '../conversions.js';
import { type Evaluation } from '../evaluation.js';
import { CALENDAR_WORK } from '../limits.js';
import { floorToInt, fromDouble, toDouble } from '../numbers.js';
import { formatTime } from '../time/format-time.js';
import { parseTime } from '../time/parse-time.js';
import { type SqlValue } from '../values.js';
import { type FunctionGroup, type SqlFunction } from './sql-function.js';

/** AWS: `parse_time(pattern, milliseconds [, zone])` with the letters of Joda-Time; the zone defaults to UTC. */
function formatMillis(args: readonly SqlValue[], { dialect }: Evaluation): SqlValue {
  const pattern = toText(args[0]);
  const millis = toNumber(args[1], dialect);
  const zone = args.length < 3 ? 'UTC' : toText(args[2]);
  if (pattern === undefined || millis === undefined || zone === undefined) return undefined;
  return formatTime(pattern, toDouble(floorToInt(millis)), zone);
}

/** AWS: `time_to_epoch(text, pattern)` with the letters of java.time; the arguments stand the other way round. */
function parseToMillis([value, format]: readonly SqlValue[], { dialect }: Evaluation): SqlValue {
  const text = toText(value);
  const pattern = toText(format);
  if (text === undefined || pattern === undefined) return undefined;
  const millis = parseTime(text, pattern);
  return millis === undefined ? undefined : fromDouble(millis, { ...dialect, wholeDecimalIsInt: true });
}

/** The function, with what calendars and time zones take counted as work. */
function calendrical(call: SqlFunction['call']): SqlFunction['call'] {
  return (args, evaluation) => {
    evaluation.spend(CALENDAR_WORK);
    return call(args, evaluation);
  };
}

/** Functions of calendar time. */
export const TIME_FUNCTIONS: FunctionGroup = {
  parse_time: { arity: [2, 3], since2016: true, call: calendrical(formatMillis) },
  time_to_epoch: { arity: [2, 2], since2016: true, call: calendrical(parseToMillis) },
};
