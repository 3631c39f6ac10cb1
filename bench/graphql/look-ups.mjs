// The two look-ups of the bench, as a program without Thingcore would make them: prepared statements on a pool of the
// size that each service of the product has.
import pg from 'pg';

const THING = { name: 'thing', text: 'SELECT thing_name, attributes FROM registry.things WHERE thing_name = $1' };
const SHADOW = {
  name: 'shadow',
  text: `SELECT state -> 'reported' AS reported, version::int FROM shadow.shadows
         WHERE thing_name = $1 AND shadow_name = '' AND deleted_at IS NULL`,
};

/** Opens the pool; `DATABASE_URL` is the database of the product. */
export function openLookUps() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
  const first = async (statement, name) => (await pool.query({ ...statement, values: [name] })).rows[0] ?? null;
  return {
    async thing(name) {
      const row = await first(THING, name);
      return row === null ? null : { name: row.thing_name, attributes: row.attributes };
    },
    shadow: (name) => first(SHADOW, name),
    close: () => pool.end(),
  };
}
