import { prefixEnd } from '../names/name-range.js';
import type { SqlParameters } from '../names/sql-parameters.js';

/** What things of a list have in common, all of it. */
export interface ThingFilter {
  readonly thingTypeName?: string | undefined;
  readonly billingGroupName?: string | undefined;
  readonly thingGroupName?: string | undefined;
  /** Whether the things of the groups below count too. */
  readonly recursive: boolean;
  readonly attributeName?: string | undefined;
  readonly attributeValue?: string | undefined;
  /** Whether `attributeValue` is the beginning of the value. */
  readonly usePrefixAttributeValue: boolean;
}

/**
 * One filter as rows that name things, each thing once. An index has the rows of a source by thing name, so that a page
 * is a look-up and so is whether a certain thing is among them; only those of a prefix are ordered by value.
 */
export interface ThingSource {
  readonly table: 'things' | 'thing_attributes' | 'thing_group_members';
  /** The condition of the filter, on the table as `source`. */
  condition(parameters: SqlParameters): string;
  /** How to go through a source in the order of the things that is not ordered by them. */
  readonly inOrder?: {
    /** The condition of the rows to go through. */
    among(parameters: SqlParameters): string;
    /** The condition of those that count, which no index on values can be taken for. */
    condition(parameters: SqlParameters): string;
  };
}

/** The sources of a filter; a thing must be in all of them. */
export function thingSources(filter: ThingFilter): ThingSource[] {
  const { attributeName, thingGroupName, thingTypeName, billingGroupName } = filter;
  const sources: ThingSource[] = [];
  if (attributeName !== undefined) sources.push(attributeSource(attributeName, filter));
  if (thingGroupName !== undefined) sources.push(groupSource(thingGroupName, filter.recursive));
  if (thingTypeName !== undefined) {
    sources.push({
      table: 'things',
      condition: (parameters) => `source.thing_type_name = ${parameters.add(thingTypeName)}`,
    });
  }
  if (billingGroupName !== undefined) {
    sources.push({
      table: 'things',
      condition: (parameters) => `source.billing_group_name = ${parameters.add(billingGroupName)}`,
    });
  }
  return sources;
}

function groupSource(groupName: string, recursive: boolean): ThingSource {
  const table = 'thing_group_members';
  // A member of a group is stored under every group above it too.
  if (recursive) return { table, condition: (parameters) => `source.group_name = ${parameters.add(groupName)}` };
  return {
    table,
    condition: (parameters) =>
      `source.direct_group_name = ${parameters.add(groupName)} AND source.group_name = source.direct_group_name`,
  };
}

function attributeSource(name: string, filter: ThingFilter): ThingSource {
  const table = 'thing_attributes';
  const { attributeValue: value, usePrefixAttributeValue } = filter;
  const among = (parameters: SqlParameters) => `source.attribute_name = ${parameters.add(name)}`;
  // Every thing that has the attribute, whatever its value.
  if (value === undefined || (usePrefixAttributeValue && value === '')) return { table, condition: among };
  if (!usePrefixAttributeValue) {
    return {
      table,
      condition: (parameters) => `${among(parameters)} AND source.attribute_value = ${parameters.add(value)}`,
    };
  }
  return {
    table,
    condition: (parameters) =>
      `${among(parameters)} AND source.attribute_value >= ${parameters.add(value)}` +
      ` AND source.attribute_value < ${parameters.add(prefixEnd(value))}`,
    inOrder: {
      among,
      condition: (parameters) =>
        `left(source.attribute_value, ${parameters.add(value.length)}) = ${parameters.add(value)}`,
    },
  };
}
