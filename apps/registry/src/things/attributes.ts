import { IotError } from '#thingcore/errors';

/** Attributes of a thing or group by their names. */
export type Attributes = Readonly<Record<string, string>>;

/** AWS IoT quotas: "attributes per thing without a type", and with one. */
const ATTRIBUTES_WITHOUT_TYPE = 3;
const ATTRIBUTES_WITH_TYPE = 50;

/**
 * The attributes after a change: `merge` false replaces all by the given ones, true adds and overwrites.
 * AWS: an empty value removes the attribute, so that no stored attribute ever is empty.
 */
export function changeAttributes(before: Attributes, given: Attributes, merge: boolean): Record<string, string> {
  const entries = new Map(merge ? Object.entries(before) : []);
  for (const [name, value] of Object.entries(given)) {
    if (value === '') entries.delete(name);
    else entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

/** Refuses with InvalidRequest what has more attributes than it may have. `subject` begins the sentence: "A thing group". */
export function checkAttributeCount(subject: string, attributes: Attributes, limit: number): void {
  const count = Object.keys(attributes).length;
  if (count <= limit) return;
  throw new IotError('InvalidRequest', `${subject} has at most ${limit} attributes, not ${count}`, {
    details: { field: 'attributes', limit, count },
  });
}

/**
 * Refuses with InvalidRequest what a thing cannot have. The quota of 47 KB for all attributes together needs no check
 * of its own: 50 names of 128 and values of 800 characters, all ASCII, are 46,400 bytes.
 */
export function checkThingAttributes(attributes: Attributes, hasType: boolean): void {
  if (hasType) checkAttributeCount('A thing with a thing type', attributes, ATTRIBUTES_WITH_TYPE);
  else checkAttributeCount('A thing without a thing type', attributes, ATTRIBUTES_WITHOUT_TYPE);
}

/** Whether a thing could be left with these attributes when its type is taken away. */
export function fitWithoutType(attributes: Attributes): boolean {
  return Object.keys(attributes).length <= ATTRIBUTES_WITHOUT_TYPE;
}
