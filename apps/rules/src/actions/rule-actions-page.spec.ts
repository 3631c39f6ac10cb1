import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACTION_CLASSES } from './action-classes.js';
import { compileAction } from './action.fixture.js';
import type { ActionKind } from './action.js';
import { AWS_ACTIONS } from './parse-action.js';

const PAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'docs', 'rule-actions.md');
const page = readFileSync(PAGE, 'utf8');

/** Whatever an action is made of: its fields are refused before it uses any of it. */
const kinds = ACTION_CLASSES.map(
  (Kind) =>
    Reflect.construct(
      Kind,
      Array.from({ length: Kind.length }, () => ({})),
    ) as ActionKind,
);

/** The fields of an action, as it says them to whoever writes another. */
function fieldsOf(kind: ActionKind): string[] {
  try {
    compileAction(kind, { noSuchField: 1 });
  } catch (error) {
    const [, fields = ''] = /its fields are (.*)$/.exec(String(error)) ?? [];
    return fields.split(', ');
  }
  throw new Error(`${kind.key} takes any field`);
}

describe('docs/rule-actions.md', () => {
  it.each(kinds.map((kind) => [kind.key, kind] as const))('names every field of %s, and no others', (key, kind) => {
    const section = new RegExp(`^### ${key}$([^]*?)^##`, 'm').exec(page)?.[1] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`([\w]+)/g)].map((match) => match[1]),
    );
    expect([...new Set(named)].sort()).toEqual(fieldsOf(kind).sort());
  });

  it('names the actions of AWS that are refused', () => {
    const [, refused = ''] = /^## Refused by name$([^]*)/m.exec(page) ?? [];
    const supported = new Set(kinds.map(({ key }) => key));
    const expected = [...AWS_ACTIONS].filter((key) => !supported.has(key));
    expect([...refused.matchAll(/`(\w+)`/g)].map((match) => match[1])).toEqual(expected.sort());
  });
});
