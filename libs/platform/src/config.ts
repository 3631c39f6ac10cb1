import { z } from 'zod';
import { fileVariableOf, readSecret } from './secret-files.js';

/** One setting: the environment variable that holds it, how to read it, and what it is for. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: S;
  readonly description: string;
  /** Its value is never shown, and may be in the file that `<name>_FILE` names. */
  readonly isSecret: boolean;
}

/** The settings of a service, by the name its code uses. */
export type Settings = Record<string, Setting>;

/** What {@link readConfig} makes of {@link Settings}. */
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: z.output<S[K]['schema']> };

/** Settings that cannot be used. Every problem is named at once, each in a line of its own. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Declares a setting. Its schema reads text, since that is what the environment holds. */
export function setting<S extends z.ZodType>(
  name: `THINGCORE_${string}` | `OTEL_${string}`,
  schema: S,
  description: string,
): Setting<S> {
  return { name, schema, description, isSecret: false };
}

/** Declares a setting that is a secret or holds one, as the URL of a database does: `<name>_FILE` may say where it is. */
export function secret<S extends z.ZodType>(name: `THINGCORE_${string}`, schema: S, description: string): Setting<S> {
  return { name, schema, description, isSecret: true };
}

/** Whether the process runs for real (`NODE_ENV=production`), for defaults that are kinder to developers. */
export function isProduction(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment['NODE_ENV'] === 'production';
}

/** A TCP port as text; 0 takes a free one. */
export function port(byDefault: number) {
  return z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port: a number from 0 to 65535, 0 for any free one')
    .transform(Number)
    .refine((value) => value <= 65_535, 'must be a port: a number from 0 to 65535, 0 for any free one')
    .default(byDefault);
}

/** A whole number as text. */
export function wholeNumber(byDefault: number, least: number, most: number) {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule)
    .default(byDefault);
}

/**
 * Reads settings from the environment, secrets also from the files that it names. An empty variable counts as not set, as
 * container tools write it.
 *
 * @throws {@link ConfigError} that names every setting that cannot be read, with its value and what it must be.
 */
export function readConfig<S extends Settings>(settings: S, environment: NodeJS.ProcessEnv = process.env): ConfigOf<S> {
  const config: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, { name, schema, isSecret }] of Object.entries(settings)) {
    const read = isSecret ? readSecret(name, environment) : { text: environment[name] || undefined, source: name };
    if ('problem' in read) {
      problems.push(read.problem);
      continue;
    }
    const result = schema.safeParse(read.text);
    if (result.success) config[key] = result.data;
    else problems.push(describe(read.source, isSecret ? undefined : read.text, read.text !== undefined, result.error));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config as ConfigOf<S>;
}

/**
 * Reads the settings of several services at once, so that an operator sees all problems together.
 *
 * @throws {@link ConfigError} that names every setting that cannot be read, with its value and what it must be.
 */
export function readConfigs<G extends Record<string, Settings>>(
  groups: G,
  environment: NodeJS.ProcessEnv = process.env,
): { readonly [K in keyof G]: ConfigOf<G[K]> } {
  const configs: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, settings] of Object.entries(groups)) {
    try {
      configs[name] = readConfig(settings, environment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return configs as { readonly [K in keyof G]: ConfigOf<G[K]> };
}

/** The variables of the environment that look like settings and are none of these: misspelt, or of another version. */
export function unknownSettings(
  groups: Record<string, Settings>,
  environment: NodeJS.ProcessEnv = process.env,
): string[] {
  const known = new Set(
    Object.values(groups)
      .flatMap((settings) => Object.values(settings))
      .flatMap(({ name, isSecret }) => (isSecret ? [name, fileVariableOf(name)] : [name])),
  );
  return Object.keys(environment).filter((name) => name.startsWith('THINGCORE_') && !known.has(name));
}

function describe(source: string, shown: string | undefined, isSet: boolean, error: z.ZodError): string {
  const rule = error.issues.map((issue) => issue.message).join('; ');
  if (!isSet) return `${source} is not set: ${rule}`;
  const value = shown === undefined ? '' : `=${JSON.stringify(shown)}`;
  return `${source}${value} cannot be used: it ${rule}`;
}
