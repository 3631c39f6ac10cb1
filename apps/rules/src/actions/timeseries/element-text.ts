import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import type { ActionInput, ActionScope } from '../action.js';
import { actionText } from '../action-text.js';
import { fieldError } from '../parse-fields.js';

/** A text for one element of the outgoing payload. Errors: `InvalidRequest`. */
export type ElementText = (element: JsonObject) => string;

/** A parameter that may differ from one element of the payload to the next. */
export interface ElementParameter {
  /** The member of the payload that the parameter consists of, which is then no field any more. */
  readonly member: string | undefined;
  /** Fills in what is the same for all elements of a message. */
  read(input: ActionInput): Promise<ElementText>;
}

const MARKER = /@\{([A-Za-z_][\w.]*)\}/;

/**
 * Compiles a parameter of a time series. AWS: "InfluxDB", `@{field}` stands for a member of each element of the payload;
 * one in a value, and never together with `${}`.
 */
export function elementParameter(text: string, field: string, scope: ActionScope): ElementParameter {
  if (!text.includes('@{')) {
    const read = actionText(text, field, scope);
    const [, member] = /^\$\{([A-Za-z_]\w*)\}$/.exec(text) ?? [];
    return {
      member,
      read: async (input) => {
        const filled = await read(input);
        return () => filled;
      },
    };
  }
  const place = `${scope.path}.${field}`;
  const [marker, path = ''] = MARKER.exec(text) ?? [];
  if (marker === undefined) throw fieldError(place, `"${text}" holds @{ without the path of a member and }`);
  if (text.indexOf('@{') !== text.lastIndexOf('@{')) throw fieldError(place, 'holds more than one @{}');
  if (text.includes('${')) throw fieldError(place, 'holds both ${} and @{}; use one of them');
  const steps = path.split('.');
  return {
    member: steps[0],
    read: () => Promise.resolve((element) => text.replace(marker, () => memberText(element, steps, path))),
  };
}

function memberText(element: JsonObject, steps: readonly string[], path: string): string {
  let value: JsonValue | undefined = element;
  for (const step of steps) {
    value = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[step] : undefined;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new IotError('InvalidRequest', `The payload has no text, number or boolean at "${path}"`);
}
