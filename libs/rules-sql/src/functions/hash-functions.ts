import { createHash } from 'node:crypto';
import { toText } from '../conversions.js';
import { md2 } from './md2.js';
import { type FunctionGroup, type SqlFunction } from './sql-function.js';

/** A digest of the argument's text in UTF-8, as lower-case hex. */
function ofBytes(digest: (bytes: Uint8Array) => string, workPerCharacter = 0): SqlFunction {
  return {
    arity: [1, 1],
    call: ([argument], evaluation) => {
      const text = toText(argument);
      if (text === undefined) return undefined;
      if (workPerCharacter > 0) evaluation.spend(text.length * workPerCharacter);
      return digest(Buffer.from(text, 'utf8'));
    },
  };
}

function ofAlgorithm(algorithm: string): SqlFunction {
  return ofBytes((bytes) => createHash(algorithm).update(bytes).digest('hex'));
}

/** Hash functions. */
export const HASH_FUNCTIONS: FunctionGroup = {
  // Written in JavaScript, and some hundred times as slow as the others.
  md2: ofBytes(md2, 3),
  md5: ofAlgorithm('md5'),
  sha1: ofAlgorithm('sha1'),
  sha224: ofAlgorithm('sha224'),
  sha256: ofAlgorithm('sha256'),
  sha384: ofAlgorithm('sha384'),
  sha512: ofAlgorithm('sha512'),
};
