import { isUtf8 } from 'node:buffer';
import { malformed } from './protocol-error.js';

/**
 * Checks an encoded string: well formed UTF-8 without U+0000 [MQTT-1.5.4-1] [MQTT-1.5.4-2]. ASCII, the usual case, costs
 * a loop and no call into native code.
 *
 * @throws ProtocolError 0x81
 */
export function checkText(source: Buffer, start: number, end: number, noun: string): void {
  for (let at = start; at < end; at++) {
    const byte = source[at] as number;
    if (byte === 0) throw malformed(`The ${noun} contains the character U+0000`);
    if (byte >= 0x80) {
      const rest = source.subarray(at, end);
      if (!isUtf8(rest)) throw malformed(`The ${noun} is not well formed UTF-8`);
      if (rest.includes(0)) throw malformed(`The ${noun} contains the character U+0000`);
      return;
    }
  }
}

/** The form in which the lane keys topics and filters: each byte of the UTF-8 text is one character of the string. */
export function latin1Key(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text behind a {@link latin1Key}. */
export function textOfKey(key: string): string {
  return Buffer.from(key, 'latin1').toString('utf8');
}
