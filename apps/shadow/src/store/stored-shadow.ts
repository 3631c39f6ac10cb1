import { recordOfTexts, type ShadowRecord, type ShadowTexts } from '#thingcore/shadow-document';

/** Which shadow: the classic one of a thing has no name. */
export interface ShadowKey {
  readonly thingName: string;
  readonly shadowName?: string | undefined;
}

/**
 * What is stored under a key. With `texts` it is a shadow; without them the shadow was deleted, and only the version it
 * had and the time of its end are left. Documents are kept as the texts they are stored as: many are kept in memory, and
 * a text is one object to the collector of garbage where a document is dozens.
 */
export interface StoredShadow {
  readonly version: number;
  readonly texts?: Omit<ShadowTexts, 'version'> | undefined;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  /** Milliseconds since the epoch. */
  readonly deletedAt?: number | undefined;
  /**
   * The last change. Unlike the version it never comes again, so it is what a writer must have read to win, and what
   * tells whether a copy in memory is what is stored.
   */
  readonly changeId: number;
  /** The batch that wrote it, which its writer may not have announced yet; 0 when it is known to have been. */
  readonly batchId: number;
}

/** The texts of the shadow that is stored; undefined when there is none. */
export function textsOf(stored: StoredShadow | undefined): ShadowTexts | undefined {
  if (stored?.texts === undefined) return undefined;
  const { texts, version } = stored;
  return { state: texts.state, metadata: texts.metadata, version };
}

/** The shadow that is stored; undefined when there is none. */
export function recordOf(stored: StoredShadow | undefined): ShadowRecord | undefined {
  const texts = textsOf(stored);
  return texts === undefined ? undefined : recordOfTexts(texts);
}

/** How long its documents are, in characters. */
export function lengthOf({ texts }: StoredShadow): number {
  return texts === undefined ? 0 : texts.state.length + texts.metadata.length;
}

/** A key as one text; neither name can hold a slash. */
export function textOfKey({ thingName, shadowName }: ShadowKey): string {
  return `${thingName}/${shadowName ?? ''}`;
}
