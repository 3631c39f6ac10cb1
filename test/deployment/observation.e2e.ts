import { read, readYaml, walk, type Tree } from './files.js';
import { seriesIn, seriesOfTheProduct } from './metrics.js';

interface Alert {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: Record<string, string>;
}

const alerts = (
  (readYaml('ops/prometheus/alerts.yml')[0]?.['groups'] ?? []) as unknown as { rules: Alert[] }[]
).flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read('ops/grafana/thingcore.json')) as Tree;
const queries = [...walk(dashboard)]
  .map((value) => (value as Tree | null)?.['expr'])
  .filter((expr): expr is string => typeof expr === 'string');

const SERVICES = ['broker-gateway', 'gateway', 'registry', 'rules', 'shadow'];

function nameOfMetric(metric: unknown): string[] {
  const name = typeof metric === 'object' && metric !== null && 'name' in metric ? metric.name : undefined;
  return typeof name === 'string' ? [name] : [];
}

describe('ops', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s asks for series that exist',
    async (_name, alert) => {
      const series = await seriesOfTheProduct();
      const asked = seriesIn(alert.expr);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((name) => !series.has(name))).toEqual([]);
      expect(['warning', 'critical']).toContain(alert.labels.severity);
      expect(Object.keys(alert.annotations)).toEqual(['summary', 'description']);
    },
  );

  it('has each alert once', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  it.each(queries)('the dashboard asks for series that exist: %s', async (query) => {
    const series = await seriesOfTheProduct();
    expect(seriesIn(query).filter((name) => !series.has(name))).toEqual([]);
    expect(seriesIn(query).length).toBeGreaterThan(0);
  });

  it('has panels with ids of their own that do not lie on each other', () => {
    const panels = dashboard['panels'] as unknown as { id: number; gridPos: { x: number; y: number } }[];
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ gridPos }) => `${gridPos.x}/${gridPos.y}`)).size).toBe(panels.length);
  });

  it('has the metrics of every autoscaler in the rules of the adapter', () => {
    const adapter = read('ops/prometheus/adapter.yml');
    const asked = SERVICES.flatMap((service) =>
      readYaml(`k8s/base/${service}.yaml`).flatMap((document) =>
        [...walk(document)].flatMap((value) => nameOfMetric((value as Tree | null)?.['metric'])),
      ),
    );
    expect(asked).toContain('thingcore_broker_connections');
    expect(asked).toContain('thingcore_rules_inbox_oldest_seconds');
    expect(asked.filter((name) => !adapter.includes(name))).toEqual([]);
  });

  it('scales by series that exist', async () => {
    const series = await seriesOfTheProduct();
    const [, names = ''] = /__name__=~"([^"]+)"/.exec(read('ops/prometheus/adapter.yml')) ?? [];
    expect(names.split('|').filter((name) => !series.has(name))).toEqual([]);
  });

  it('refuses PromQL that Prometheus would refuse', () => {
    expect(() => seriesIn('sum(rate(up[5m])')).toThrow('PromQL');
  });
});
