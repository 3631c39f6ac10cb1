import { readFileSync } from 'node:fs';

/** More than any secret has; a file that is longer is another file, and is not read into a message. */
const MOST_BYTES = 65_536;

/** What a secret setting holds, and where that came from; or why it cannot be read, which never shows the value. */
export type SecretText = { readonly text: string | undefined; readonly source: string } | { readonly problem: string };

/** The variable that names the file of a secret: secrets of Docker and Kubernetes are files. */
export function fileVariableOf(name: string): string {
  return `${name}_FILE`;
}

/**
 * Reads a secret from its variable or from the file that `<name>_FILE` names. One line break at the end of a file is no part
 * of the secret: editors and `echo` put it there.
 */
export function readSecret(name: string, environment: NodeJS.ProcessEnv): SecretText {
  const value = environment[name] || undefined;
  const fileVariable = fileVariableOf(name);
  const path = environment[fileVariable] || undefined;
  if (path === undefined) return { text: value, source: name };
  if (value !== undefined) {
    return {
      problem: `${name} and ${fileVariable} are both set: set one of them, so that it is clear which one holds`,
    };
  }
  const source = `${fileVariable} (${path})`;
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MOST_BYTES)
      return { problem: `${source} has more than ${MOST_BYTES} characters: no secret is as long` };
    const trimmed = text.replace(/\r?\n$/, '');
    return trimmed === '' ? { problem: `${source} is empty: it must hold the secret` } : { text: trimmed, source };
  } catch (error) {
    return { problem: `${source} cannot be read: ${(error as Error).message}` };
  }
}
