import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** The folder of the checkout. */
export const root = resolve(import.meta.dirname, '..', '..');

/** What a YAML or JSON file holds, once somebody has looked at it. */
export type Tree = { [key: string]: Value };
export type Value = string | number | boolean | null | Value[] | Tree;

/** The text of a file of the checkout. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** All documents of a YAML file of the checkout. Throws for what is no YAML, a key that is there twice among it. */
export function readYaml(path: string): Tree[] {
  return parseYaml(read(path));
}

/** All documents of a YAML text; `<<` merges. */
export function parseYaml(text: string): Tree[] {
  return parseAllDocuments(text, { merge: true, uniqueKeys: true }).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS() as Tree;
  });
}

/** The paths of all files below a folder of the checkout. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** Everything in a value, itself first. */
export function* walk(value: Value | undefined): Generator<Value> {
  if (value === undefined) return;
  yield value;
  if (value === null || typeof value !== 'object') return;
  for (const inner of Object.values(value)) yield* walk(inner);
}
