import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';
import type { NameRange } from '../names/name-range.js';
import { isWithin, namedPage, type NamedListRequest, namesAskedFor } from '../names/named-list.js';
import { SqlParameters } from '../names/sql-parameters.js';
import { type ThingFilter, type ThingSource, thingSources } from './thing-source.js';
import { THING_COLUMNS, type ThingRecord, type ThingRow, toThingRecord } from './thing.store.js';

/** Fewer things than this are looked up under the other filters one by one; of more the two rarest are merged. */
const FEW_TO_LOOK_UP = 1_000;

/** Fewer things than this are put into order within a few milliseconds. */
const FEW_TO_SORT = 15_000;

/** Among so many things there are enough for a page of whatever is common. */
const FIRST_THINGS = 3_000;

/** What a page of names is taken from: the names of a range, in their order or against it. */
interface OrderedNames extends NameRange {
  /** The order as SQL. */
  readonly order: 'thing_name' | 'thing_name DESC';
}

/** A source, and how many rows it has, counted no further than matters. */
interface CountedSource {
  readonly source: ThingSource;
  readonly count: number;
}

/**
 * Finds things by what they have in common, in PostgreSQL. The planner knows too little of attributes to choose how
 * (their names and values depend on each other), so that each statement here leaves it one good way.
 */
@Injectable()
export class ThingSearchStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Up to `limit` things in the order asked for. InvalidRequest for another than that of the names with a filter. */
  async page(filter: ThingFilter & NamedListRequest, limit: number): Promise<ThingRecord[]> {
    const sources = thingSources(filter);
    const [first, second] = sources;
    if (filter.orderBy === 'createdAt' && (first !== undefined || filter.namePrefix !== undefined)) {
      throw new IotError(
        'InvalidRequest',
        'Things are listed by the time of their creation without a filter only: leave out the filter, or order them by name',
        { details: { field: 'orderBy' } },
      );
    }
    if (first === undefined) return this.pageOfAll(filter, limit);
    const range = { ...namesAskedFor(filter), order: filter.isAscending ? 'thing_name' : 'thing_name DESC' } as const;
    if (second !== undefined) {
      const counted = await this.count(sources, range);
      return this.read(limit, range, (parameters) => namesOfAll(counted, range, parameters));
    }
    if (first.inOrder !== undefined) {
      const things = await this.read(limit, range, (parameters) => namesAmongFirst(first, range, parameters));
      if (things.length === limit) return things;
    }
    return this.read(limit, range, (parameters) => namesOf({ source: first, count: 0 }, range, parameters));
  }

  /** Whether the groups that a filter names exist. */
  async groupsExist(filter: ThingFilter): Promise<{ thingGroup: boolean; billingGroup: boolean }> {
    const [row] = await this.query<{ thingGroup: boolean; billingGroup: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM thing_groups WHERE group_name = $1) AS "thingGroup",
              EXISTS (SELECT 1 FROM billing_groups WHERE billing_group_name = $2) AS "billingGroup"`,
      [filter.thingGroupName ?? '', filter.billingGroupName ?? ''],
    );
    return row ?? { thingGroup: false, billingGroup: false };
  }

  /** The sources, the one with the fewest rows first. */
  private async count(sources: ThingSource[], range: OrderedNames): Promise<CountedSource[]> {
    // Of two it only matters whether one is to be looked up; of more, which two are the rarest.
    const mostInOrder = sources.length === 2 ? FEW_TO_LOOK_UP : FEW_TO_SORT;
    const parameters = new SqlParameters();
    const counts = sources.map((source) => {
      const most = source.inOrder === undefined ? mostInOrder : FEW_TO_SORT;
      const rows = namesWithin(source.table, source.condition(parameters), range, parameters);
      return `(SELECT count(*)::integer FROM (${rows} LIMIT ${most}) AS counted)`;
    });
    const [row] = await this.query<{ counts: number[] }[]>(
      `SELECT ARRAY[${counts.join(', ')}] AS counts`,
      parameters.values,
    );
    return sources
      .map((source, index) => ({ source, count: row?.counts[index] ?? FEW_TO_SORT }))
      .sort((left, right) => left.count - right.count);
  }

  /** Up to `limit` of all things of a range. */
  private async pageOfAll(request: NamedListRequest, limit: number): Promise<ThingRecord[]> {
    const parameters = new SqlParameters();
    const { condition, order } = namedPage(request, { name: 'thing_name', createdAt: 'created_at' }, parameters);
    const rows = await this.query<ThingRow[]>(
      `SELECT ${THING_COLUMNS} FROM things WHERE ${condition} ORDER BY ${order} LIMIT ${parameters.add(limit)}`,
      parameters.values,
    );
    return rows.map(toThingRecord);
  }

  /** The first things that a statement names. */
  private async read(
    limit: number,
    { order }: OrderedNames,
    names: (parameters: SqlParameters) => string,
  ): Promise<ThingRecord[]> {
    const parameters = new SqlParameters();
    const rows = await this.query<ThingRow[]>(
      `WITH page AS MATERIALIZED (${names(parameters)} ORDER BY ${order} LIMIT ${parameters.add(limit)})
       SELECT ${THING_COLUMNS} FROM things WHERE thing_name IN (SELECT thing_name FROM page) ORDER BY ${order}`,
      parameters.values,
    );
    return rows.map(toThingRecord);
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

/** The names of the things that are in all sources. */
function namesOfAll(sources: CountedSource[], range: OrderedNames, parameters: SqlParameters): string {
  const [rarest, next, ...others] = sources;
  if (rarest === undefined || next === undefined) throw new TypeError('There is nothing to look for in common');
  if (rarest.count < FEW_TO_LOOK_UP) {
    return namesLookedUp(namesOf(rarest, range, parameters), [next, ...others], range, parameters);
  }
  const merged = namesMerged(rarest, next, range, parameters);
  return others.length === 0 ? merged : namesLookedUp(merged, others, range, parameters);
}

/** Those names that are in other sources too, looked up one by one until a page is full. */
function namesLookedUp(
  names: string,
  others: CountedSource[],
  { order }: OrderedNames,
  parameters: SqlParameters,
): string {
  // A scalar subquery is one look-up for each thing; EXISTS might be turned into a join that reads the whole source.
  const lookUps = others.map(
    ({ source }) =>
      `(SELECT true FROM ${source.table} AS source
        WHERE source.thing_name = candidate.thing_name AND ${source.condition(parameters)})`,
  );
  return `SELECT candidate.thing_name FROM (${names} ORDER BY ${order} OFFSET 0) AS candidate
    WHERE ${lookUps.join(' AND ')}`;
}

/**
 * The names that are in two sources: merged in order, such a name stands there twice in a row, and a full page ends the
 * search. The window keeps the planner from grouping by a hash, for which all would have to be read.
 */
function namesMerged(one: CountedSource, other: CountedSource, range: OrderedNames, parameters: SqlParameters): string {
  const names = [one, other].map((each) => `(${namesOf(each, range, parameters)} ORDER BY ${range.order} OFFSET 0)`);
  return `SELECT thing_name FROM (
      SELECT thing_name, lag(thing_name) OVER (ORDER BY ${range.order}) AS one_before
      FROM (${names.join(' UNION ALL ')}) AS merged
    ) AS neighbour WHERE one_before = thing_name`;
}

/** Those of the first things of a range that are in a source. */
function namesAmongFirst(source: ThingSource, range: OrderedNames, parameters: SqlParameters): string {
  const { table, inOrder } = source;
  if (inOrder === undefined) return namesWithin(table, source.condition(parameters), range, parameters);
  return `SELECT source.thing_name FROM (
      SELECT * FROM ${table} AS source WHERE ${inOrder.among(parameters)} AND ${isWithin('source.thing_name', range, parameters)}
      ORDER BY ${range.order} LIMIT ${FIRST_THINGS}
    ) AS source WHERE ${inOrder.condition(parameters)}`;
}

/** The names of the things of one source: few of a prefix are found by value, many by going through all in order. */
function namesOf({ source, count }: CountedSource, range: OrderedNames, parameters: SqlParameters): string {
  const { table, inOrder } = source;
  if (inOrder === undefined) return namesWithin(table, source.condition(parameters), range, parameters);
  if (count >= FEW_TO_SORT) {
    const condition = `${inOrder.among(parameters)} AND ${inOrder.condition(parameters)}`;
    return namesWithin(table, condition, range, parameters);
  }
  // The fence keeps the planner from going through the things in their order, where the few may come late.
  return `SELECT thing_name FROM (
      ${namesWithin(table, source.condition(parameters), range, parameters)} OFFSET 0
    ) AS few`;
}

function namesWithin(table: string, condition: string, range: OrderedNames, parameters: SqlParameters): string {
  return `SELECT source.thing_name FROM ${table} AS source WHERE ${condition} AND ${isWithin('source.thing_name', range, parameters)}`;
}
