import { parser } from '@prometheus-io/lezer-promql';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { filesBelow, read } from './files.js';

/** How metrics are declared in the sources; rules have a short form each for counters, counters of a rule and times. */
const DECLARATIONS: [RegExp, (name: string) => string][] = [
  [/\bname: '(thingcore_\w+)'/g, (name) => name],
  [/\b(?:ofRule|counter)\(\s*'(\w+)'/g, (name) => `thingcore_rules_${name}_total`],
  [/\bseconds\(\s*'(\w+)'/g, (name) => `thingcore_rules_${name}`],
];

/** What Prometheus itself adds to each target. */
const OF_PROMETHEUS = ['up'];

let found: Promise<Set<string>> | undefined;

/** The names of all series of the product's `/metrics`, those of Node.js among them. */
export function seriesOfTheProduct(): Promise<Set<string>> {
  found ??= findSeries();
  return found;
}

async function findSeries(): Promise<Set<string>> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const names = new Set(OF_PROMETHEUS);
  for (const { name } of await registry.getMetricsAsJSON()) names.add(name);
  for (const file of filesBelow('apps').filter((path) => /(?<!spec)\.ts$/.test(path))) {
    const text = read(file);
    if (!text.includes("from 'prom-client'")) continue;
    for (const [pattern, toName] of DECLARATIONS)
      for (const [, name = ''] of text.matchAll(pattern)) names.add(toName(name));
  }
  for (const name of [...names].filter((each) => each.endsWith('_seconds')))
    for (const part of ['bucket', 'sum', 'count']) names.add(`${name}_${part}`);
  return names;
}

/** The series that a PromQL expression selects. Throws for one that Prometheus could not parse. */
export function seriesIn(expression: string): string[] {
  const series: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, from, to, type, node }) => {
      if (type.isError) throw new Error(`PromQL has an error at ${from}: ${expression}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') series.push(expression.slice(from, to));
    },
  });
  return series;
}
