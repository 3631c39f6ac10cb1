import { type JsonValue } from '#thingcore/errors';
import { isJsonObject } from './json-object.js';

/** What is wrong in a section, and where: keys and array indexes from the section down. */
export interface StateFault {
  readonly message: 'tooDeep' | 'invalidNode';
  readonly path: string[];
}

/**
 * The first thing in a section that a shadow cannot hold. The descent ends at `maxDepth`, so that no payload, however
 * deep, can exhaust the stack here or in any later walk over the checked request.
 *
 * Levels are objects and arrays. Uncertain in AWS: whether a scalar counts as a level of its own; it does not here.
 */
export function findStateFault(section: JsonValue, maxDepth: number): StateFault | undefined {
  return findFault(section, { depth: 1, insideArray: false }, maxDepth);
}

interface Position {
  readonly depth: number;
  readonly insideArray: boolean;
}

function findFault(node: JsonValue, { depth, insideArray }: Position, maxDepth: number): StateFault | undefined {
  if (node === null) {
    // AWS: Device Shadow, "Arrays": null values are not allowed. Uncertain for objects inside arrays: a null there could
    // not mean "remove", as arrays are replaced whole, and is refused too.
    return insideArray ? { message: 'invalidNode', path: [] } : undefined;
  }
  if (typeof node === 'number') {
    // JSON.parse reads 1e400 as Infinity, which JSON.stringify would store as null.
    return Number.isFinite(node) ? undefined : { message: 'invalidNode', path: [] };
  }
  if (!Array.isArray(node) && !isJsonObject(node)) return undefined;
  if (depth > maxDepth) return { message: 'tooDeep', path: [] };
  const below = { depth: depth + 1, insideArray: insideArray || Array.isArray(node) };
  for (const [key, child] of Object.entries(node)) {
    const fault = findFault(child, below, maxDepth);
    if (fault !== undefined) return { message: fault.message, path: [key, ...fault.path] };
  }
  return undefined;
}
