import { IotError } from '#thingcore/errors';
import type { Fault, TypedThing } from './shadow-model.js';

/** A desired state that is refused because of its type's schema. `details.issues` has every fault with its place. */
export function desiredRefusal({ thingTypeName }: TypedThing, faults: readonly Fault[]): IotError {
  const issues = faults.map(({ path, message }) => ({ path: `state.desired.${path}`, message }));
  const text = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
  return new IotError('InvalidRequest', `${text} (schema of the thing type ${thingTypeName})`, {
    details: { field: issues[0]?.path ?? 'state.desired', issues, thingTypeName },
  });
}
