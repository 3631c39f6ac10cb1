import { ANY_CHARACTER, ANY_RUN, type GlobToken } from './glob.js';

/** A policy variable inside a pattern, e.g. `${iot:ClientId}`. */
export interface VariableToken {
  readonly variable: string;
}

/** A pattern of a policy document, read once: literal text, wildcards and variables. */
export type Template = readonly (GlobToken | VariableToken)[];

/** What a template became for one context; or the first variable that has no value in it. */
export type Resolution =
  | { readonly kind: 'resolved'; readonly tokens: readonly GlobToken[] }
  | { readonly kind: 'unresolved'; readonly variable: string };

/** Looks up the value of a policy variable; `undefined` when it has none that may be substituted. */
export type VariableLookup = (variable: string) => string | undefined;

/** AWS: "Policy variables", the spellings of characters that would otherwise be special. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['*', '*'],
  ['?', '?'],
  ['$', '$'],
]);

/** Reads a pattern. `${*}`, `${?}` and `${$}` are literal characters; an unclosed `${` is literal text. */
export function parseTemplate(pattern: string): Template {
  const tokens: (GlobToken | VariableToken)[] = [];
  for (const piece of pattern.match(/\$\{[^}]*\}|[*?]|[^*?$]+|\$/g) ?? []) {
    if (piece === '*') tokens.push(ANY_RUN);
    else if (piece === '?') tokens.push(ANY_CHARACTER);
    else if (piece.startsWith('${')) {
      const name = piece.slice(2, -1).trim();
      tokens.push(ESCAPES.get(name) ?? { variable: name });
    } else tokens.push(piece);
  }
  return tokens;
}

/** Whether the pattern opens a variable that it does not close. */
export function hasUnclosedVariable(pattern: string): boolean {
  return pattern.replace(/\$\{[^}]*\}/g, ' ').includes('${');
}

/** The names of the variables of a template, in order. */
export function variablesOf(template: Template): string[] {
  return template.flatMap((token) => (isVariable(token) ? [token.variable] : []));
}

/** Puts values in the place of variables. A value is literal text, whatever it contains. */
export function resolveTemplate(template: Template, lookup: VariableLookup): Resolution {
  const tokens: GlobToken[] = [];
  for (const token of template) {
    if (!isVariable(token)) {
      tokens.push(token);
      continue;
    }
    const value = lookup(token.variable);
    if (value === undefined) return { kind: 'unresolved', variable: token.variable };
    tokens.push(value);
  }
  return { kind: 'resolved', tokens };
}

/** The text of a resolved template: wildcards as `*` and `?`. */
export function textOf(tokens: readonly GlobToken[]): string {
  return tokens
    .map((token) => {
      if (token === ANY_RUN) return '*';
      return token === ANY_CHARACTER ? '?' : token;
    })
    .join('');
}

function isVariable(token: GlobToken | VariableToken): token is VariableToken {
  return typeof token === 'object';
}
