import { IotError } from '#thingcore/errors';
import { MQTT_PATH } from '../listeners/websocket/mqtt-upgrade.js';

/** What a request asks for. */
export type DataRequest =
  | { readonly kind: 'publish'; readonly topic: string; readonly query: URLSearchParams }
  | { readonly kind: 'get-retained'; readonly topic: string }
  | { readonly kind: 'list-retained'; readonly query: URLSearchParams };

/** What a path is good for. */
interface Route {
  readonly path: RegExp;
  readonly method: 'GET' | 'POST';
  readonly read: (topic: string, query: URLSearchParams) => DataRequest;
}

/** AWS IoT data plane: paths. A topic may have its slashes as they are or as %2F. */
const ROUTES: readonly Route[] = [
  { path: /^\/topics\/(.+)$/, method: 'POST', read: (topic, query) => ({ kind: 'publish', topic, query }) },
  { path: /^\/retainedMessage\/(.+)$/, method: 'GET', read: (topic) => ({ kind: 'get-retained', topic }) },
  { path: /^\/retainedMessage\/?$/, method: 'GET', read: (_topic, query) => ({ kind: 'list-retained', query }) },
];

/** Why a request asks for nothing. */
export type Misdirected =
  | { readonly kind: 'no-such-path' }
  | { readonly kind: 'upgrade-required' }
  | { readonly kind: 'method-not-allowed'; allow: string };

/**
 * Finds out what a request asks for. The path is not made sense of as a file name would be: `.` and `..` are levels of a
 * topic like others.
 *
 * @param target path and query as they came
 * @throws `InvalidRequest` for a topic that is not encoded rightly
 */
export function parseDataRequest(method: string, target: string): DataRequest | Misdirected {
  const queryAt = target.indexOf('?');
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  if (path === MQTT_PATH) return { kind: 'upgrade-required' };
  const route = ROUTES.find((candidate) => candidate.path.test(path));
  if (route === undefined) return { kind: 'no-such-path' };
  if (route.method !== method) return { kind: 'method-not-allowed', allow: route.method };
  const encoded = route.path.exec(path)?.[1] ?? '';
  return route.read(decode(encoded), new URLSearchParams(queryAt === -1 ? '' : target.slice(queryAt + 1)));
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new IotError('InvalidRequest', `The topic in the path is not encoded rightly: ${encoded}`);
  }
}
