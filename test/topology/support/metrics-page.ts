/** A metric as `/metrics` describes it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** The labels of its series, as text: `rule="hot",action="republish"`. */
  readonly series: readonly string[];
}

/** The metrics of the product on a page in the Prometheus text format; those of Node.js are left out. */
export function readMetrics(page: string): MetricFamily[] {
  const families = new Map<string, { name: string; type: string; help: string; series: string[] }>();
  for (const line of page.split('\n')) {
    const [, kind, described = '', text = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined) {
      const family = families.get(described) ?? { name: described, type: '', help: '', series: [] };
      families.set(described, kind === 'HELP' ? { ...family, help: text } : { ...family, type: text });
      continue;
    }
    const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    families.get(name)?.series.push(labels);
  }
  return [...families.values()].filter(({ name }) => name.startsWith('thingcore_'));
}

/** The names of the labels of a series. */
export function labelsOf(series: string): string[] {
  return [...series.matchAll(/([a-z_]+)="(?:[^"\\]|\\.)*"/g)].map(([, label = '']) => label);
}

/** The tables of docs/observation.md: what each service counts. */
export function metricsTables(services: ReadonlyMap<string, readonly MetricFamily[]>): string {
  return [...services]
    .map(([service, families]) =>
      [
        `### ${service}`,
        '',
        '| metric | type | what it is |',
        '| --- | --- | --- |',
        ...[...families]
          .sort((one, other) => (one.name < other.name ? -1 : 1))
          .map(({ name, type, help }) => `| \`${name}\` | ${type} | ${help.replaceAll('|', '\\|')} |`),
      ].join('\n'),
    )
    .join('\n\n');
}
