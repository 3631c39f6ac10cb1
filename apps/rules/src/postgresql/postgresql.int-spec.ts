import { waitFor } from '#thingcore/testing';
import { aMessage, textOf } from '../rules-service.fixture.js';
import { aRule, insert, RulesSuite } from '../rules-suite.fixture.js';

let suite: RulesSuite;

beforeAll(async () => {
  suite = await RulesSuite.open();
});

afterAll(() => suite.close());

beforeEach(() => suite.reset());

describe('postgresql', () => {
  it('inserts the members of the result into the columns of their names, with their types', async () => {
    await suite.operators.query(
      'CREATE TABLE readings (device text, temp double precision, at timestamptz, tags jsonb, ok boolean, note text)',
    );
    const sql = `SELECT topic(2) AS device, temp, at, tags, temp > 5 AS ok, missing FROM 'plant/+/temp'`;
    await suite.create('store', aRule(sql, [insert('readings')]));
    await suite.send(aMessage('plant/p1/temp', { temp: 20.5, at: '2025-11-24T16:00:00Z', tags: { a: [1] } }));
    await suite.emptyInbox();
    expect(await suite.rows('SELECT * FROM readings')).toEqual([
      { device: 'p1', temp: 20.5, at: new Date('2025-11-24T16:00:00Z'), tags: { a: [1] }, ok: true, note: null },
    ]);
  });

  it('maps columns to templates with native types, literals and defaults', async () => {
    await suite.operators.query(
      "CREATE TABLE mapped (device text, temp numeric, tags json, source text, seq int DEFAULT 7, list json, flag boolean, void text DEFAULT 'x')",
    );
    const columns = {
      device: 'dev-${topic(2)}',
      temp: '${temp * 2}',
      tags: '${tags}',
      source: 'plant',
      seq: '${missing}',
      list: [1, 'two'],
      flag: true,
      void: null,
    };
    await suite.create('store', aRule("SELECT 1 AS one FROM 'plant/+'", [insert('public.mapped', { columns })]));
    await suite.send(aMessage('plant/p1', { temp: 2.25, tags: ['a'] }));
    await suite.emptyInbox();
    expect(await suite.deadLetters()).toEqual([]);
    expect(await suite.rows('SELECT * FROM mapped')).toEqual([
      {
        device: 'dev-p1',
        temp: '4.5',
        tags: ['a'],
        source: 'plant',
        seq: 7,
        list: [1, 'two'],
        flag: true,
        void: null,
      },
    ]);
  });

  it('stores every message of many, in few statements', async () => {
    await suite.operators.query('CREATE TABLE many (n int); CREATE TABLE statements (n int)');
    await suite.operators.query(`
      CREATE FUNCTION count_statement() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO statements VALUES (1); RETURN NULL; END $$;
      CREATE TRIGGER counted AFTER INSERT ON many FOR EACH STATEMENT EXECUTE FUNCTION count_statement()`);
    await suite.create('store', aRule("SELECT n FROM 'a'", [insert('many')]));
    const batches = Array.from({ length: 20 }, (_, batch) =>
      Array.from({ length: 100 }, (_item, n) => aMessage('a', { n: batch * 100 + n })),
    );
    await Promise.all(batches.map((messages) => suite.send(...messages)));
    await suite.emptyInbox();
    expect(await suite.rows('SELECT count(*)::int AS rows, count(DISTINCT n)::int AS numbers FROM many')).toEqual([
      { rows: 2000, numbers: 2000 },
    ]);
    const [{ statements } = { statements: Infinity }] = await suite.rows(
      'SELECT count(*)::int AS statements FROM statements',
    );
    expect(statements).toBeLessThan(200);
  });

  it('lets one bad row among good ones fail alone', async () => {
    await suite.operators.query('CREATE TABLE strict_numbers (n int CHECK (n < 100))');
    await suite.create('store', aRule("SELECT n FROM 'a'", [insert('strict_numbers')]));
    await suite.send(...[1, 2, 'three', 4, 500, 6].map((n) => aMessage('a', { n })));
    await suite.emptyInbox();
    expect(await suite.rows('SELECT n FROM strict_numbers ORDER BY n')).toEqual([1, 2, 4, 6].map((n) => ({ n })));
    const letters = await suite.deadLetters();
    expect(letters.map(({ rule_name, action }) => [rule_name, action])).toEqual([
      ['store', 'postgresql'],
      ['store', 'postgresql'],
    ]);
    expect(letters.map(({ error }) => error).join()).toMatch(/invalid input syntax for type integer: "three"/);
    expect(letters.map(({ error }) => error).join()).toMatch(/violates check constraint/);
    expect(letters.map(({ message }) => textOf(message.payload)).sort()).toEqual(['{"n":"three"}', '{"n":500}']);
  });

  it('updates on conflict, the last message of a key last', async () => {
    await suite.operators.query('CREATE TABLE latest (device text PRIMARY KEY, temp int, seen int DEFAULT 0)');
    const action = insert('latest', { conflictColumns: ['device'] });
    await suite.create('store', aRule("SELECT device, temp FROM 'a'", [action]));
    await suite.send(...[1, 2, 3].flatMap((temp) => ['x', 'y'].map((device) => aMessage('a', { device, temp }))));
    await suite.emptyInbox();
    expect(await suite.deadLetters()).toEqual([]);
    expect(await suite.rows('SELECT device, temp FROM latest ORDER BY device')).toEqual([
      { device: 'x', temp: 3 },
      { device: 'y', temp: 3 },
    ]);
  });

  it.each([
    ['a missing table', "SELECT n FROM 'a'", 'nowhere', /relation "nowhere" does not exist/],
    ['a wrong column', "SELECT n AS m FROM 'a'", 'narrow', /column "m" of relation "narrow" does not exist/],
  ])('reports %s in the words of PostgreSQL', async (_name, sql, table, words) => {
    await suite.operators.query('CREATE TABLE IF NOT EXISTS narrow (n int)');
    await suite.create('store', aRule(sql, [insert(table)]));
    await suite.send(aMessage('a', { n: 1 }));
    await waitFor(async () => (await suite.deadLetters()).length === 1, { what: 'the dead letter' });
    expect((await suite.deadLetters())[0]?.error).toMatch(words);
  });
});
