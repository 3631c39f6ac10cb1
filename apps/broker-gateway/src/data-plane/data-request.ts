import { IotError } from '#thingcore/errors';
import { MQTT_PATH } from '../listeners/websocket/mqtt-upgrade.js';

/** What a request asks for. */
export type DataRequest =
  | { readonly kind: 'publish'; readonly topic: string; readonly query: URLSearchParams }
  | { readonly kind: 'get-retained'; readonly topic: string }
  | { readonly kind: 'list-retained'; readonly query: URLSearchParams }
  | {
      readonly kind: 'get-shadow' | 'update-shadow' | 'delete-shadow' | 'list-shadows';
      readonly thingName: string;
      readonly query: URLSearchParams;
    }
  | {
      readonly kind: 'get-connection' | 'delete-connection' | 'list-subscriptions' | 'send-direct-message';
      readonly clientId: string;
      readonly query: URLSearchParams;
    };

/** What a path is good for. */
interface Route {
  readonly path: RegExp;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly read: (name: string, query: URLSearchParams) => DataRequest;
}

const CONNECTION = /^\/connections\/([^/]+)$/;
const SHADOW = /^\/things\/([^/]+)\/shadow$/;

/** AWS IoT data plane: paths. A topic may have its slashes as they are or as %2F. */
const ROUTES: readonly Route[] = [
  { path: /^\/topics\/(.+)$/, method: 'POST', read: (topic, query) => ({ kind: 'publish', topic, query }) },
  { path: /^\/retainedMessage\/(.+)$/, method: 'GET', read: (topic) => ({ kind: 'get-retained', topic }) },
  { path: /^\/retainedMessage\/?$/, method: 'GET', read: (_topic, query) => ({ kind: 'list-retained', query }) },
  { path: SHADOW, method: 'GET', read: (thingName, query) => ({ kind: 'get-shadow', thingName, query }) },
  { path: SHADOW, method: 'POST', read: (thingName, query) => ({ kind: 'update-shadow', thingName, query }) },
  { path: SHADOW, method: 'DELETE', read: (thingName, query) => ({ kind: 'delete-shadow', thingName, query }) },
  {
    path: /^\/api\/things\/shadow\/ListNamedShadowsForThing\/([^/]+)$/,
    method: 'GET',
    read: (thingName, query) => ({ kind: 'list-shadows', thingName, query }),
  },
  { path: CONNECTION, method: 'GET', read: (clientId, query) => ({ kind: 'get-connection', clientId, query }) },
  { path: CONNECTION, method: 'DELETE', read: (clientId, query) => ({ kind: 'delete-connection', clientId, query }) },
  {
    path: /^\/connections\/([^/]+)\/subscriptions$/,
    method: 'GET',
    read: (clientId, query) => ({ kind: 'list-subscriptions', clientId, query }),
  },
  {
    path: /^\/connections\/([^/]+)\/messages$/,
    method: 'POST',
    read: (clientId, query) => ({ kind: 'send-direct-message', clientId, query }),
  },
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
 * @throws `InvalidRequest` for a topic or name that is not encoded rightly
 */
export function parseDataRequest(method: string, target: string): DataRequest | Misdirected {
  const queryAt = target.indexOf('?');
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  if (path === MQTT_PATH) return { kind: 'upgrade-required' };
  const routes = ROUTES.filter((candidate) => candidate.path.test(path));
  if (routes.length === 0) return { kind: 'no-such-path' };
  const route = routes.find((candidate) => candidate.method === method);
  if (route === undefined) return { kind: 'method-not-allowed', allow: routes.map((one) => one.method).join(', ') };
  const encoded = route.path.exec(path)?.[1] ?? '';
  return route.read(decode(encoded), new URLSearchParams(queryAt === -1 ? '' : target.slice(queryAt + 1)));
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new IotError('InvalidRequest', `The name in the path is not encoded rightly: ${encoded}`);
  }
}
