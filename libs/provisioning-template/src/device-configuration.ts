import { describeJson, DocumentFault, objectMembers, type JsonNode } from '#thingcore/policy';
import type { Deferred } from './evaluation.js';
import { isFunction, type ExpressionReader } from './expression-reader.js';
import type { DeviceConfiguration } from './provisioning-plan.js';

/** Reads the section `DeviceConfiguration`: a flat object of values, lists of values and functions. */
export function readDeviceConfiguration(
  section: JsonNode | undefined,
  reader: ExpressionReader,
): Deferred<DeviceConfiguration> {
  if (section === undefined) return { evaluate: () => ({}) };
  if (isFunction(section)) {
    throw new DocumentFault('"DeviceConfiguration" is written out; a function stands for a value only', section);
  }
  for (const { name, value } of objectMembers(section, '"DeviceConfiguration"')) assertFlat(name, value);
  return reader.json(section) as Deferred<DeviceConfiguration>;
}

// AWS: "DeviceConfiguration", nested objects are not supported.
function assertFlat(name: string, value: JsonNode): void {
  const nested =
    value.type === 'array'
      ? value.items.find((item) => item.type !== 'scalar' && !isFunction(item))
      : value.type === 'object' && !isFunction(value)
        ? value
        : undefined;
  if (nested === undefined) return;
  throw new DocumentFault(
    `"${name}" in "DeviceConfiguration" must be flat, without ${describeJson(nested)} in it`,
    nested,
  );
}
