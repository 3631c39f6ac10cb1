const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a web page of an origin may open a WebSocket. A browser lets any page of the world open one to this machine, and
 * plain MQTT asks for no credentials, so pages of elsewhere must be allowed. What is no browser says no origin.
 *
 * @param allowed origins such as `https://fleet.example.com`; `*` for all
 */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false; // such as "null", of a page that is a file or in a sandbox
  return LOOPBACK.has(new URL(origin).hostname);
}
