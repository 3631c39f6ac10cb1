import type { JsonObject } from '#thingcore/errors';
import { rulesConfig } from '../../rules.fixture.js';
import { InfluxServer } from '../../timeseries/influx-server.fixture.js';
import { InfluxWriter } from '../../timeseries/influx-writer.js';
import { actionInput, compileAction, type MessageOptions, refusal } from '../action.fixture.js';
import type { ActionKind } from '../action.js';
import { InfluxdbKind, TimeseriesKind } from './influxdb.action.js';
import { TimestreamKind } from './timestream.action.js';

type Kind = new (influx: InfluxWriter) => ActionKind;

describe('actions that write time series', () => {
  let server: InfluxServer;
  let influx: InfluxWriter;

  beforeAll(async () => {
    server = await InfluxServer.start('t0k3n');
    influx = new InfluxWriter(
      rulesConfig({ influxUrl: `${server.url}/`, influxToken: 't0k3n', influxOrganization: 'plant' }),
    );
  });

  afterAll(async () => {
    influx.onApplicationShutdown();
    await server.stop();
  });

  beforeEach(() => server.reset());

  const run = async (SomeKind: Kind, config: JsonObject, options: MessageOptions = {}) =>
    compileAction(new SomeKind(influx), config).execute(await actionInput(options));

  describe('timeseries', () => {
    const config = { databaseName: 'factory', tableName: 'press', tags: { device: '${topic(2)}' } };

    it('writes the members of the payload as fields, at the time of the message', async () => {
      await run(TimeseriesKind, config, { payload: { t: 20, name: 'a b', ok: true } });
      expect(server.writes).toEqual([
        {
          bucket: 'factory',
          org: 'plant',
          lines: ['press,device=p1 t=20,name="a b",ok=t 1764000000123000000'],
        },
      ]);
    });

    it('takes the time of the payload in the unit of the rule', async () => {
      const payload = { t: 1.5, timestamp: 1_700_000_000 };
      await run(TimeseriesKind, { ...config, timestampUnit: 's', organization: 'other' }, { payload });
      expect(server.writes).toMatchObject([{ org: 'other', lines: ['press,device=p1 t=1.5 1700000000000000000'] }]);
    });

    it('writes many messages of a moment with one request, and fails only those that are wrong', async () => {
      const action = compileAction(new TimeseriesKind(influx), config);
      const payloads = [{ a: 1 }, { conflict: 1 }, { a: 3 }];
      const inputs = await Promise.all(payloads.map((payload) => actionInput({ payload })));
      const outcomes = await Promise.allSettled(inputs.map((input) => action.execute(input)));
      expect(outcomes).toMatchObject([
        { status: 'fulfilled' },
        {
          status: 'rejected',
          reason: {
            code: 'InvalidRequest',
            message: expect.stringMatching(/InfluxDB answered 400: .*unable to parse/),
          },
        },
        { status: 'fulfilled' },
      ]);
      expect(server.lines).toHaveLength(2);
      expect(server.requests).toBe(4);
    });
  });

  // AWS: "InfluxDB"
  describe('influxDB', () => {
    const destinationArn = 'arn:aws:iot:us-east-1:123456789012:ruledestination/influxdb/x';
    const config = { destinationArn, roleArn: 'arn:aws:iam::1:role/r', databaseName: 'factory', tableName: 'press' };

    it('writes a point for each element, with markers filled in from it and their members left out', async () => {
      const payload = [
        { dev: 'd1', t: 20, timestamp: 1 },
        { dev: 'd2', t: 20.5, timestamp: 2 },
      ];
      const tags = { device: '@{dev}', line: '${topic(1)}' };
      await run(InfluxdbKind, { ...config, tags }, { payload });
      expect(server.lines).toEqual([
        'press,device=d1,line=plant t=20i 1000000',
        'press,device=d2,line=plant t=20.5 2000000',
      ]);
    });

    it('needs a whole number for the time', async () => {
      await expect(run(InfluxdbKind, config)).rejects.toThrow(/needs a whole number in the member "timestamp"/);
    });

    it('gathers messages as its batchConfig says', async () => {
      const batchConfig = { maxBatchSize: 2, maxBatchOpenMs: 1000 };
      const action = compileAction(new InfluxdbKind(influx), { ...config, batchConfig });
      const inputs = await Promise.all([1, 2].map((n) => actionInput({ payload: { n, timestamp: n } })));
      await Promise.all(inputs.map((input) => action.execute(input)));
      expect(server.writes).toHaveLength(1);
      expect(server.lines).toHaveLength(2);
    });
  });

  // AWS: "Timestream"
  describe('timestream', () => {
    const config = {
      roleArn: 'arn:aws:iam::1:role/r',
      databaseName: 'factory',
      tableName: 'press',
      dimensions: [{ name: 'device', value: '${topic(2)}' }],
    };

    it('writes a measure for each member', async () => {
      const timestamp = { value: '${at}', unit: 'SECONDS' };
      const payload = { at: 1_700_000_000, t: 20, h: 0.5, map: { a: 1 } };
      await run(TimestreamKind, { ...config, timestamp }, { payload });
      expect(server.lines).toEqual([
        'press,device=p1 at=1700000000i,t=20i,h=0.5,map="{\\"a\\":1}" 1700000000000000000',
      ]);
    });

    it('refuses more than 100 measures', async () => {
      const payload = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`m${n}`, n]));
      await expect(run(TimestreamKind, config, { payload })).rejects.toThrow(/at most 100 measures/);
    });
  });

  describe('what a failure means', () => {
    it.each([
      [429, true],
      [503, true],
      [401, false],
      [404, false],
      [422, false],
    ])('status %s may be tried again: %s', async (status, retryable) => {
      server.status = status;
      await expect(run(TimeseriesKind, { databaseName: 'd', tableName: 't' })).rejects.toMatchObject({
        retryable,
        details: { resource: 'd', status },
      });
    });

    it('a wrong token is not repeated', async () => {
      const wrong = new InfluxWriter(rulesConfig({ influxUrl: server.url, influxToken: 'hunter2' }));
      const action = compileAction(new TimeseriesKind(wrong), { databaseName: 'd', tableName: 't' });
      const failed = action.execute(await actionInput());
      await expect(failed).rejects.toThrow(/answered 401: .*unauthorized/);
      await expect(failed).rejects.not.toThrow(/hunter2/);
      wrong.onApplicationShutdown();
    });
  });

  describe('creation', () => {
    const timestream = { databaseName: 'd', tableName: 't', dimensions: [{ name: 'a', value: 'b' }] };
    it.each<[name: string, SomeKind: Kind, config: JsonObject, field: string]>([
      ['no table', TimeseriesKind, { databaseName: 'd' }, 'timeseries.tableName'],
      [
        'a tag that InfluxDB keeps for itself',
        TimeseriesKind,
        { databaseName: 'd', tableName: 't', tags: { _a: 'b' } },
        'timeseries.tags._a',
      ],
      ['two markers in a value', TimeseriesKind, { databaseName: 'd', tableName: '@{a}@{b}' }, 'timeseries.tableName'],
      [
        'markers of both kinds',
        TimeseriesKind,
        { databaseName: 'd', tableName: 't', tags: { a: '@{a}${b}' } },
        'timeseries.tags.a',
      ],
      ['no destination', InfluxdbKind, { databaseName: 'd', tableName: 't' }, 'influxDB.destinationArn'],
      ['no dimension', TimestreamKind, { ...timestream, dimensions: [] }, 'timestream.dimensions'],
      [
        'a reserved dimension',
        TimestreamKind,
        { ...timestream, dimensions: [{ name: 'measure_name', value: 'x' }] },
        'timestream.dimensions.0.name',
      ],
      [
        'an unknown unit',
        TimestreamKind,
        { ...timestream, timestamp: { value: '1', unit: 'HOURS' } },
        'timestream.timestamp.unit',
      ],
    ])('refuses %s', (_name, SomeKind, config, field) => {
      expect(refusal(() => compileAction(new SomeKind(influx), config))).toMatchObject({
        code: 'InvalidRequest',
        details: { field: `actions[0].${field}` },
      });
    });

    it('says which setting is missing', () => {
      const none = new InfluxWriter(rulesConfig());
      expect(compileAction(new TimestreamKind(none), timestream).unavailable).toMatch(/THINGCORE_RULES_INFLUX_URL/);
    });
  });
});
