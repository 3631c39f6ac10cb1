import pg from 'pg';

/** The row: about 300 bytes of JSON under a key and a version. */
const document = (n) =>
  JSON.stringify({
    reported: { temp: 20 + (n % 10), humidity: 40 + (n % 7), battery: 97, fw: '1.2.3', state: 'on', rssi: -70 },
    desired: { state: 'on', mode: 'eco', setpoint: 21.5 },
    metadata: { temp: 1764000000000 + n, humidity: 1764000000000 + n, state: 1764000000000, mode: 1764000000000 },
    clientToken: `tok-${String(n).padStart(10, '0')}`,
  });

const keyOf = (index) => `dev-${String(index).padStart(6, '0')}`;

const SINGLE = {
  name: 'bare-single',
  text: `INSERT INTO bare_shadows (thing_name, version, document) VALUES ($1, $2, $3)
    ON CONFLICT (thing_name) DO UPDATE SET document = excluded.document, version = bare_shadows.version + 1,
      updated_at = now() WHERE bare_shadows.version = $2`,
};
const BATCH = {
  name: 'bare-batch',
  text: `INSERT INTO bare_shadows (thing_name, version, document)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::jsonb[])
    ON CONFLICT (thing_name) DO UPDATE SET document = excluded.document, version = bare_shadows.version + 1,
      updated_at = now() WHERE bare_shadows.version = excluded.version`,
};

/**
 * The limit: node-postgres alone upserts a row of the same size with a version check, as fast as it can, with nobody
 * who asks and nobody who is told.
 */
export async function openBareLoops(databaseUrl, rows) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8, options: '-c search_path=shadow' });
  await pool.query(`CREATE TABLE bare_shadows (thing_name text PRIMARY KEY, version bigint NOT NULL,
    document jsonb NOT NULL, updated_at timestamptz NOT NULL DEFAULT now())`);
  await pool.query(
    `INSERT INTO bare_shadows SELECT 'dev-' || lpad(i::text, 6, '0'), 1, $1::jsonb
    FROM generate_series(0, ${rows - 1}) i`,
    [document(0)],
  );
  await pool.query('VACUUM ANALYZE bare_shadows');
  const versions = new Array(rows).fill(1);

  async function run(connections, size, forMs) {
    let done = 0;
    const part = Math.floor(rows / connections);
    const start = performance.now();
    const end = start + forMs;
    const loop = async (client, number) => {
      for (let next = 0; performance.now() < end; next += size) {
        const indexes = Array.from({ length: size }, (_, offset) => number * part + ((next + offset) % part));
        const keys = indexes.map(keyOf);
        const read = indexes.map((index) => versions[index]++);
        const documents = indexes.map((_, offset) => document(done + offset));
        const query =
          size === 1
            ? { ...SINGLE, values: [keys[0], read[0], documents[0]] }
            : { ...BATCH, values: [keys, read, documents] };
        const { rowCount } = await client.query(query);
        if (rowCount !== size) throw new Error(`${rowCount} of ${size} rows were written`);
        done += size;
      }
    };
    const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
    await Promise.all(clients.map(loop));
    for (const client of clients) client.release();
    return (done / (performance.now() - start)) * 1_000;
  }

  return {
    bytes: document(0).length,
    single: (forMs) => run(8, 1, forMs),
    hundred: (forMs) => run(4, 100, forMs),
    close: () => pool.end(),
  };
}
