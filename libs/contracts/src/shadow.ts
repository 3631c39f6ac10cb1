import type {
  AcceptedDocument,
  DeletedDocument,
  DeletionStep,
  ShadowDocument,
  ShadowTexts,
  StatePatch,
  UpdateStep,
} from '#thingcore/shadow-document';
import type { SerializedIotError } from '#thingcore/errors';
import { z } from 'zod';
import { command, event } from './contract.js';
import { bytes, document } from './json.js';
import { shadowName, thingName } from './names.js';

/** A shadow of a thing: the classic one without `shadowName`, else a named one. */
const shadowKey = z.strictObject({ thingName, shadowName: shadowName.optional() });

/** The shadows of one name (the classic ones without) of some things. */
const shadowsOfThings = (most: number) =>
  z.strictObject({ thingNames: z.array(thingName).max(most), shadowName: shadowName.optional() });

const shadowDocument = document<ShadowDocument>();

/** What a shadow can be asked to be changed through. `HTTP` is a signed request of an SDK, `PLATFORM` is the platform itself: a rule that republishes. */
const shadowOrigin = z.enum(['MQTT', 'GRAPHQL', 'HTTP', 'PLATFORM']);

/** Who asks for a change of a shadow: kept in its history and told nobody else. */
const shadowAuthor = z.object({
  origin: shadowOrigin,
  /** The id of a certificate, the name of an API key, or whatever else the edge knows its caller by. */
  principal: z.string().optional(),
  /** The MQTT client id. */
  clientId: z.string().optional(),
});

/** Who asked for a change of a shadow. */
export type ShadowAuthor = z.output<typeof shadowAuthor>;

/**
 * Applies an update request, given as the bytes a device publishes on `shadow/update`. Answers what `update/accepted`
 * says. Refusals carry the client token, when one could be read, in `details.clientToken`. `ServiceUnavailable` when it
 * could not be stored, or it is not known whether it was: then `details.isOutcomeUnknown` is true.
 */
export const updateShadow = command('shadow', 'shadow.update.v1', {
  request: shadowKey.extend({ payload: bytes, author: shadowAuthor.optional() }),
  reply: z.object({ accepted: document<AcceptedDocument>() }),
});

/** Reads a shadow; the payload may carry a client token. ResourceNotFound when it has never been written. */
export const getShadow = command('shadow', 'shadow.get.v1', {
  request: shadowKey.extend({ payload: bytes.default('') }),
  reply: z.object({ document: shadowDocument }),
});

/** The shadows of that name (the classic ones without) of many things; what does not exist is left out. */
export const getShadows = command('shadow', 'shadow.getMany.v1', {
  request: shadowsOfThings(1000),
  reply: z.object({
    shadows: z.array(
      z.object({
        thingName: z.string(),
        document: shadowDocument,
        /** When it was last updated, in milliseconds since the epoch. */
        updatedAt: z.number().optional(),
      }),
    ),
  }),
});

/** One request to a shadow, as a device makes it by publishing. */
const shadowRequest = shadowKey.extend({
  operation: z.enum(['get', 'update', 'delete']),
  payload: bytes,
  author: shadowAuthor.optional(),
  /** The id of the message it is, for logs. */
  correlationId: z.string().optional(),
  /** W3C Trace Context, within a trace. */
  traceparent: z.string().optional(),
});

/** A request to a shadow that travels with others. */
export type ShadowRequest = z.output<typeof shadowRequest>;

/** What became of one request: `document` is that of a get, as JSON text; of a change the event tells. */
const shadowOutcome = z.object({
  document: z.string().optional(),
  error: document<SerializedIotError>().optional(),
});

/** What became of a request that travelled with others. */
export type ShadowOutcome = z.output<typeof shadowOutcome>;

/**
 * What clients ask of shadows, many requests in one call, each with the outcome of `shadow.get.v1`, `shadow.update.v1` or
 * `shadow.delete.v1`; the outcomes are in the order of the requests. Changes of one shadow are carried out in their order; a
 * get may see any of those it travels with.
 */
export const performShadowRequests = command('shadow', 'shadow.performMany.v1', {
  request: z.strictObject({ requests: z.array(shadowRequest).min(1).max(256) }),
  reply: z.object({ outcomes: z.array(shadowOutcome) }),
});

/** Deletes a shadow; its version counts on when it is created again within 48 hours. */
export const deleteShadow = command('shadow', 'shadow.delete.v1', {
  request: shadowKey.extend({ payload: bytes.default(''), author: shadowAuthor.optional() }),
  reply: z.object({ deleted: document<DeletedDocument>() }),
});

/**
 * The names of the named shadows of things, in the order of their bytes, `limit` of each thing. A thing that has none,
 * or does not exist, has an empty list.
 */
export const listNamedShadows = command('shadow', 'shadow.listNamed.v1', {
  request: z.strictObject({
    thingNames: z.array(thingName).max(1000),
    limit: z.int().min(1).max(250).default(25),
    /** The names behind this one. */
    after: shadowName.optional(),
  }),
  reply: z.object({
    things: z.array(
      z.object({
        thingName: z.string(),
        shadowNames: z.array(z.string()),
        /** What to pass as `after` to go on; absent when that is all. */
        nextToken: z.string().optional(),
      }),
    ),
  }),
});

const shadowChange = z.object({
  /** The version the change made; of a deletion the version that was deleted. */
  version: z.int(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  isDeletion: z.boolean(),
  author: shadowAuthor.optional(),
  clientToken: z.string().optional(),
  /** What it set and, as null, removed. */
  changes: document<StatePatch>(),
});

/** A change of a shadow that is past. */
export type ShadowChange = z.output<typeof shadowChange>;

/**
 * The last changes of shadows, the latest first, as far back as history is kept. `field` (`desired.led.color`) selects
 * those that made the value of a field another one; `before` those of lower versions. A thing without such a shadow is
 * left out. InvalidRequest for a field that is none. What lies too far back to be found in one call is the `error` of its
 * thing, LimitExceeded, and nobody else's.
 */
export const getShadowHistories = command('shadow', 'shadow.getHistories.v1', {
  request: shadowsOfThings(1000).extend({
    /** A page of 100, and one more that tells whether there is another. */
    last: z.int().min(1).max(101).default(10),
    field: z.string().min(1).max(1024).optional(),
    before: z.int().min(1).optional(),
  }),
  reply: z.object({
    histories: z.array(
      z.object({
        thingName: z.string(),
        changes: z.array(shadowChange),
        error: document<SerializedIotError>().optional(),
      }),
    ),
  }),
});

/**
 * The states of shadows at a time, in milliseconds since the epoch. A shadow that did not exist then is left out; one
 * whose history does not reach back so far has `isForgotten` and no state; `error` is as above.
 */
export const getShadowsAsOf = command('shadow', 'shadow.getAsOf.v1', {
  request: shadowsOfThings(1000).extend({ time: z.int().min(0) }),
  reply: z.object({
    shadows: z.array(
      z.union([
        z.object({
          thingName: z.string(),
          isForgotten: z.literal(false),
          state: document<ShadowDocument['state']>(),
          version: z.int(),
          /** When this version was made. */
          at: z.number(),
        }),
        z.object({ thingName: z.string(), isForgotten: z.literal(true) }),
        z.object({ thingName: z.string(), error: document<SerializedIotError>() }),
      ]),
    ),
  }),
});

/** Where somebody stands in the changes of one shadow. */
const shadowPosition = z.strictObject({
  /** The version of the change that was seen last; 0 for none. */
  version: z.int().min(0),
  /** Whether that change was a deletion: it has the version of the update before it. */
  isDeletion: z.boolean().default(false),
  /** When it was made, in whole seconds since the epoch: versions begin anew when a shadow was away for long. */
  timestamp: z.int().optional(),
});

/** Where somebody stands in the changes of one shadow. */
export type ShadowPosition = z.output<typeof shadowPosition>;

/**
 * The changes of a shadow behind a position, the earliest first, each with the state it left (absent after a deletion).
 * `isForgotten` says that the history does not reach back to there, or that the shadow never was there.
 */
export const listShadowChangesAfter = command('shadow', 'shadow.listChangesAfter.v1', {
  request: shadowKey.extend({ after: shadowPosition, limit: z.int().min(1).max(250).default(100) }),
  reply: z.object({
    changes: z.array(shadowChange.extend({ state: document<ShadowDocument['state']>().optional() })),
    isForgotten: z.boolean(),
  }),
});

/**
 * Makes `desired` what it was at a version of the history: an update like any other, with a version of its own.
 * ResourceNotFound when the history does not have that version; VersionConflict when the shadow is not at `version`.
 */
export const revertShadow = command('shadow', 'shadow.revert.v1', {
  request: shadowKey.extend({
    toVersion: z.int().min(1),
    version: z.int().min(0).optional(),
    clientToken: z.string().max(64).optional(),
    author: shadowAuthor.optional(),
  }),
  reply: z.object({ accepted: document<AcceptedDocument>() }),
});

/** What was stored of one shadow at a time: its changes in their order, and the shadow before them. */
const changedShadow = z.object({
  thingName: z.string(),
  shadowName: z.string().optional(),
  previous: document<ShadowTexts>().nullable(),
  steps: z.array(document<UpdateStep | DeletionStep>()),
});

/** Changes of one shadow that were stored together. */
export type ChangedShadow = z.output<typeof changedShadow>;

/**
 * Shadows were updated or deleted, several in one event: the changes of one shadow in their order, across events as well.
 * What each change was follows by `unfoldChanges()` of the shadow-document library, and what MQTT clients are told by its
 * `updateMessages()`.
 */
export const shadowChanged = event(
  'shadow',
  'shadow.changed.v1',
  'ordered',
  z.object({ shadows: z.array(changedShadow) }),
);
