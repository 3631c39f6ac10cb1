import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { labelsOf, type MetricFamily, metricsTables, readMetrics } from './metrics-page.js';
import type { World } from './world.js';

const PAGE = new URL('../../../docs/observation.md', import.meta.url);
const TABLES = /(<!-- metrics: written by a test -->\n)[\s\S]*?(\n<!-- end of metrics -->)/;

/** Series that a metric may have at most: what comes from callers is bounded, or is no label. */
const MOST_SERIES = 500;

/** Metrics that Prometheus would add up count in base units. */
const UNITS = /_(seconds|bytes|ratio)(_total)?$/;

/** The metrics of every process of a distributed run. */
export function describeMetricsStory(world: () => World): void {
  describe('the metrics of every process', () => {
    const services = new Map<string, MetricFamily[]>();
    const families = () => [...services.values()].flat();

    beforeAll(async () => {
      const { stdout } = world().product.program;
      for (const [, service = '', url] of stdout.matchAll(/^ {2}([a-z-]+): pid \d+, (http:\S+)\/readyz$/gm)) {
        services.set(service, readMetrics(await (await fetch(`${url}/metrics`)).text()));
      }
    });

    it('are those of five services', () => {
      expect([...services.keys()].sort()).toEqual(['broker-gateway', 'gateway', 'registry', 'rules', 'shadow']);
      for (const found of services.values()) expect(found.length).toBeGreaterThan(0);
    });

    it('are named as Prometheus has it', () => {
      expect(families().filter(({ name }) => !/^thingcore_[a-z]+(_[a-z]+)+$/.test(name))).toEqual([]);
      expect(families().filter(({ name, type }) => (type === 'counter') !== name.endsWith('_total'))).toEqual([]);
      expect(families().filter(({ name, type }) => type === 'histogram' && !UNITS.test(name))).toEqual([]);
      // Prometheus: "base units", so no milliseconds, and no metric that carries the names of its labels.
      expect(families().filter(({ name }) => /_(ms|millis|milliseconds|kb|percent)(_|$)/.test(name))).toEqual([]);
    });

    it('say what they are', () => {
      expect(families().filter(({ help }) => !/^[A-Z].{10,}[^.\s]$/.test(help))).toEqual([]);
    });

    it('have labels whose values are bounded, as the page says', async () => {
      const page = await readFile(PAGE, 'utf8');
      const labels = new Set(families().flatMap(({ series }) => series.flatMap(labelsOf)));
      expect([...labels].filter((label) => label !== 'le' && !page.includes(`| \`${label}\``))).toEqual([]);
      expect(families().filter(({ series }) => series.length > MOST_SERIES)).toEqual([]);
    });

    it('are on the page; THINGCORE_UPDATE_DOCS=1 writes it anew', async () => {
      const written = await readFile(PAGE, 'utf8');
      const text = written.replace(TABLES, (_all, begin: string, end: string) =>
        [begin, '\n', metricsTables(services), '\n', end].join(''),
      );
      const page = await format(text, { parser: 'markdown', printWidth: 120 });
      if (process.env['THINGCORE_UPDATE_DOCS'] === '1') await writeFile(PAGE, page);
      expect(await readFile(PAGE, 'utf8')).toBe(page);
    });
  });
}
