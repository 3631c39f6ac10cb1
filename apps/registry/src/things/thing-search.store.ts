import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';
import type { NameRange } from '../names/name-range.js';
import { Parameters, type ThingFilter, type ThingSource, thingSources } from './thing-source.js';
import { THING_COLUMNS, type ThingRecord, type ThingRow, toThingRecord } from './thing.store.js';

/** Fewer things than this are looked up under the other filters one by one; of more the two rarest are merged. */
const FEW_TO_LOOK_UP = 1_000;

/** Fewer things than this are put into order within a few milliseconds. */
const FEW_TO_SORT = 15_000;

/** Among so many things there are enough for a page of whatever is common. */
const FIRST_THINGS = 3_000;

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

  /** Up to `limit` things of a range that meet a filter, in the order of their names. */
  async page(filter: ThingFilter, range: NameRange, limit: number): Promise<ThingRecord[]> {
    const sources = thingSources(filter);
    const [first, second] = sources;
    if (first === undefined) return this.read(limit, (parameters) => namesWithin('things', 'true', range, parameters));
    if (second !== undefined) {
      const counted = await this.count(sources, range);
      return this.read(limit, (parameters) => namesOfAll(counted, range, parameters));
    }
    if (first.inOrder !== undefined) {
      const things = await this.read(limit, (parameters) => namesAmongFirst(first, range, parameters));
      if (things.length === limit) return things;
    }
    return this.read(limit, (parameters) => namesOf({ source: first, count: 0 }, range, parameters));
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
  private async count(sources: ThingSource[], range: NameRange): Promise<CountedSource[]> {
    // Of two it only matters whether one is to be looked up; of more, which two are the rarest.
    const mostInOrder = sources.length === 2 ? FEW_TO_LOOK_UP : FEW_TO_SORT;
    const parameters = new Parameters();
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

  /** The first things that a statement names. */
  private async read(limit: number, names: (parameters: Parameters) => string): Promise<ThingRecord[]> {
    const parameters = new Parameters();
    const rows = await this.query<ThingRow[]>(
      `WITH page AS MATERIALIZED (${names(parameters)} ORDER BY thing_name LIMIT ${parameters.add(limit)})
       SELECT ${THING_COLUMNS} FROM things WHERE thing_name IN (SELECT thing_name FROM page) ORDER BY thing_name`,
      parameters.values,
    );
    return rows.map(toThingRecord);
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

/** The names of the things that are in all sources. */
function namesOfAll(sources: CountedSource[], range: NameRange, parameters: Parameters): string {
  const [rarest, next, ...others] = sources;
  if (rarest === undefined || next === undefined) throw new TypeError('There is nothing to look for in common');
  if (rarest.count < FEW_TO_LOOK_UP) {
    return namesLookedUp(namesOf(rarest, range, parameters), [next, ...others], parameters);
  }
  const merged = namesMerged(rarest, next, range, parameters);
  return others.length === 0 ? merged : namesLookedUp(merged, others, parameters);
}

/** Those names that are in other sources too, looked up one by one until a page is full. */
function namesLookedUp(names: string, others: CountedSource[], parameters: Parameters): string {
  // A scalar subquery is one look-up for each thing; EXISTS might be turned into a join that reads the whole source.
  const lookUps = others.map(
    ({ source }) =>
      `(SELECT true FROM ${source.table} AS source
        WHERE source.thing_name = candidate.thing_name AND ${source.condition(parameters)})`,
  );
  return `SELECT candidate.thing_name FROM (${names} ORDER BY thing_name OFFSET 0) AS candidate
    WHERE ${lookUps.join(' AND ')}`;
}

/**
 * The names that are in two sources: merged in order, such a name stands there twice in a row, and a full page ends the
 * search. The window keeps the planner from grouping by a hash, for which all would have to be read.
 */
function namesMerged(one: CountedSource, other: CountedSource, range: NameRange, parameters: Parameters): string {
  const names = [one, other].map((each) => `(${namesOf(each, range, parameters)} ORDER BY thing_name OFFSET 0)`);
  return `SELECT thing_name FROM (
      SELECT thing_name, lag(thing_name) OVER (ORDER BY thing_name) AS one_before
      FROM (${names.join(' UNION ALL ')}) AS merged
    ) AS neighbour WHERE one_before = thing_name`;
}

/** Those of the first things of a range that are in a source. */
function namesAmongFirst(source: ThingSource, range: NameRange, parameters: Parameters): string {
  const { table, inOrder } = source;
  if (inOrder === undefined) return namesWithin(table, source.condition(parameters), range, parameters);
  return `SELECT source.thing_name FROM (
      SELECT * FROM ${table} AS source WHERE ${inOrder.among(parameters)} AND ${within(range, parameters)}
      ORDER BY thing_name LIMIT ${FIRST_THINGS}
    ) AS source WHERE ${inOrder.condition(parameters)}`;
}

/** The names of the things of one source: few of a prefix are found by value, many by going through all in order. */
function namesOf({ source, count }: CountedSource, range: NameRange, parameters: Parameters): string {
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

function namesWithin(table: string, condition: string, range: NameRange, parameters: Parameters): string {
  return `SELECT source.thing_name FROM ${table} AS source WHERE ${condition} AND ${within(range, parameters)}`;
}

function within({ after, from, below }: NameRange, parameters: Parameters): string {
  return (
    `source.thing_name > ${parameters.add(after)} AND source.thing_name >= ${parameters.add(from)}` +
    ` AND source.thing_name < ${parameters.add(below)}`
  );
}
