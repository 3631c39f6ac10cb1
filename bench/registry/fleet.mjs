const TYPES = 10;
const HALLS = 20;
const SITES = 50;

/** The n-th thing of the fleet: its serial number runs the other way than its name. */
export function thingAt(index, things) {
  return {
    thingName: `thing-${index}`,
    thingTypeName: `type-${index % TYPES}`,
    thingGroupName: `hall-${index % HALLS}`,
    attributes: {
      serial: `SN-${String(things - index).padStart(8, '0')}`,
      site: `site-${index % SITES}`,
      state: index % 3 === 0 ? 'idle' : 'running',
    },
  };
}

/**
 * Creates the fleet: types and groups by commands, the things by SQL, as the commands would take minutes and their
 * time is measured below. Then VACUUM, which PostgreSQL does by itself after a while.
 */
export async function fill(client, call, things) {
  const { createThingGroup, createThingType } = await import('../../dist/libs/contracts/src/index.js');
  for (let index = 0; index < TYPES; index++) await call(createThingType, { thingTypeName: `type-${index}` });
  await call(createThingGroup, { thingGroupName: 'plant' });
  for (let index = 0; index < HALLS; index++) {
    await call(createThingGroup, { thingGroupName: `hall-${index}`, parentGroupName: 'plant' });
  }
  const rows = Array.from({ length: things }, (_, index) => thingAt(index, things));
  for (let from = 0; from < things; from += 10_000) {
    await client.query(
      `WITH thing AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb)
           AS row ("thingName" text, "thingTypeName" text, "thingGroupName" text, attributes jsonb)
       ), created AS (
         INSERT INTO things (thing_name, thing_id, thing_type_name, attributes, version, created_at)
         SELECT "thingName", gen_random_uuid(), "thingTypeName", attributes, 1, now() FROM thing
       ), found_by AS (
         INSERT INTO thing_attributes (thing_name, attribute_name, attribute_value)
         SELECT "thingName", key, value FROM thing, jsonb_each_text(attributes)
       )
       INSERT INTO thing_group_members (group_name, thing_name, direct_group_name, membership_id)
       SELECT ancestor_name, "thingName", group_name, gen_random_uuid()
       FROM thing JOIN thing_group_ancestors ON group_name = "thingGroupName"`,
      [JSON.stringify(rows.slice(from, from + 10_000))],
    );
  }
  await client.query('VACUUM ANALYZE');
}
