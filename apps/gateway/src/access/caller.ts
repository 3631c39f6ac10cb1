import type { AccessRole } from '#thingcore/contracts';

/** What a caller may do: a viewer reads and subscribes, an operator also changes things, an admin also manages access. */
export type Role = AccessRole;

/** Who calls, and what the role allows. */
export interface Caller {
  /** The name of the API key, or of whom the token is about. */
  readonly name: string;
  readonly role: Role;
  /** What the caller has shown: an API key, a signature, or a token of the OpenID Connect issuer. */
  readonly credential: 'apiKey' | 'accessKey' | 'token';
  /** The id of the access key that has signed, since their names are not unique. */
  readonly accessKeyId?: string | undefined;
  /** When it is worth nothing any more, in milliseconds since the epoch; absent when that never comes. */
  readonly expiresAt?: number | undefined;
}
