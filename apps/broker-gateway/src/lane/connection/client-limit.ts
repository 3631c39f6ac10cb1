/**
 * A limit that a client has set in its CONNECT. The engine takes numbers from packets as they are, an array when a property
 * came twice.
 */
export function clientLimit(value: number | undefined, otherwise: number): number {
  return typeof value === 'number' && value > 0 ? value : otherwise;
}
