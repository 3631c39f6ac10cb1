import type { Settings } from '#thingcore/platform';

const TITLES: Record<string, string> = {
  platform: 'Every process',
  standalone: 'The standalone product',
  distributed: 'A service in a process of its own',
  registry: 'Registry',
  broker: 'Broker gateway',
  rules: 'Rules',
  gateway: 'GraphQL gateway',
  tracing: 'Traces',
};

/** The page `docs/settings.md`: every environment variable with its default and what it is for. */
export function settingsPage(groups: Record<string, Settings>): string {
  const sections = Object.entries(groups).map(([group, settings]) =>
    [
      `## ${TITLES[group] ?? group}`,
      '',
      '| variable | default | what it is for |',
      '| --- | --- | --- |',
      ...Object.values(settings).map(
        ({ name, schema, description, isSecret }) =>
          `| \`${name}\`${isSecret ? `, \`${name}_FILE\`` : ''} | ${defaultOf(schema)} | ${description} |`,
      ),
      '',
    ].join('\n'),
  );
  return [
    '# Settings',
    '',
    'Every setting is an environment variable; an empty one counts as not set. All problems are said at once, and nothing is',
    'started with a setting that cannot be used.',
    '',
    'A secret may be in a file, as Docker and Kubernetes have them: where a second variable is named, it takes the path of that',
    'file, and one line break at its end is no part of the secret. Only one of the two may be set. The value of a secret is',
    'never shown.',
    '',
    ...sections,
  ].join('\n');
}

function defaultOf(schema: Settings[string]['schema']): string {
  const result = schema.safeParse(undefined);
  if (!result.success) return 'none, must be set';
  const value: unknown = result.data;
  if (typeof value === 'boolean') return value ? '`on`' : '`off`';
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? `\`${value}\`` : 'none';
}
