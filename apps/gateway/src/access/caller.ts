import type { ReplyOf, verifyApiKey } from '#thingcore/contracts';

/** Who calls: the holder of an API key, and what its role allows. */
export type Caller = Readonly<ReplyOf<typeof verifyApiKey>>;

/** What the holder of a key may do: a viewer reads and subscribes, the others also change things. */
export type Role = Caller['role'];
