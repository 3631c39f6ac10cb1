import type {
  AcceptedDocument,
  DeletedDocument,
  DeltaDocument,
  DocumentsDocument,
  ShadowDocument,
} from '#thingcore/shadow-document';
import { z } from 'zod';
import { command, event } from './contract.js';
import { bytes, document } from './json.js';
import { shadowName, thingName } from './names.js';

/** A shadow of a thing: the classic one without `shadowName`, else a named one. */
const shadowKey = z.strictObject({ thingName, shadowName: shadowName.optional() });

const shadowDocument = document<ShadowDocument>();

/**
 * Applies an update request, given as the bytes a device publishes on `shadow/update`. Answers what `update/accepted`
 * says. Refusals carry the client token, when one could be read, in `details.clientToken`.
 */
export const updateShadow = command('shadow', 'shadow.update.v1', {
  request: shadowKey.extend({ payload: bytes }),
  reply: z.object({ accepted: document<AcceptedDocument>() }),
});

/** Reads a shadow; the payload may carry a client token. ResourceNotFound when it has never been written. */
export const getShadow = command('shadow', 'shadow.get.v1', {
  request: shadowKey.extend({ payload: bytes.default('') }),
  reply: z.object({ document: shadowDocument }),
});

/** The shadows of that name (the classic ones without) of many things; what does not exist is left out. */
export const getShadows = command('shadow', 'shadow.getMany.v1', {
  request: z.strictObject({ thingNames: z.array(thingName).max(1000), shadowName: shadowName.optional() }),
  reply: z.object({ shadows: z.array(z.object({ thingName: z.string(), document: shadowDocument })) }),
});

/** Deletes a shadow; its version counts on when it is created again within 48 hours. */
export const deleteShadow = command('shadow', 'shadow.delete.v1', {
  request: shadowKey.extend({ payload: bytes.default('') }),
  reply: z.object({ deleted: document<DeletedDocument>() }),
});

/** An update was stored: what its three MQTT messages say. */
export const shadowUpdated = event(
  'shadow',
  'shadow.updated.v1',
  'group',
  z.object({
    thingName: z.string(),
    shadowName: z.string().optional(),
    version: z.int(),
    accepted: document<AcceptedDocument>(),
    delta: document<DeltaDocument>().optional(),
    documents: document<DocumentsDocument>(),
    document: shadowDocument,
  }),
);

/** A shadow was deleted: what `delete/accepted` says. */
export const shadowDeleted = event(
  'shadow',
  'shadow.deleted.v1',
  'group',
  z.object({ thingName: z.string(), shadowName: z.string().optional(), deleted: document<DeletedDocument>() }),
);
