import pg from 'pg';

/** Stores many more shadows, as if devices had written them once, long ago. */
export async function storeMore(databaseUrl, count) {
  const client = new pg.Client({ connectionString: databaseUrl, options: '-c search_path=shadow' });
  await client.connect();
  await client.query(
    `INSERT INTO shadows (thing_name, shadow_name, state, metadata, version, updated_at, change_id, batch_id)
     SELECT 'stored-' || i, '', s.state, s.metadata, 1, now(), 0, 0
     FROM generate_series(1, $1::int) AS i, (SELECT state, metadata FROM shadows LIMIT 1) AS s`,
    [count],
  );
  await client.query('VACUUM ANALYZE shadows');
  await client.query('CHECKPOINT');
  await client.end();
}
