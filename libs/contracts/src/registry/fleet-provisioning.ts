import { z } from 'zod';
import { command } from '../contract.js';
import { certificateId, pem, provisioningTemplateName } from '../names.js';

/*
 * What a device asks for over MQTT with a claim certificate. Refusals are IotErrors; `details.field` says which part of
 * the request is at fault, so that the edge can answer AWS's own code:
 *
 * code                 details.field               errorCode of the answer
 * InvalidRequest       certificateOwnershipToken   InvalidCertificateOwnershipToken: unknown, expired, used, another claim's
 * InvalidRequest       parameters[.NAME]           InvalidParameters: missing, or the template cannot use them
 * CertificateValidation certificateSigningRequest  InvalidCsr
 * Forbidden            -                           AccessDenied: the claim, the template or its hook does not allow it
 * ResourceNotFound     templateName                ResourceNotFound
 * ResourceAlreadyExists -                          ResourceConflicts: an OverrideSetting FAIL was met
 * ResourceRegistrationFailure template             InvalidRequest: what the template names cannot be brought about
 */

/** Who asks: the id of the certificate that the connection was made with, and its client id. */
const claim = { claimCertificateId: certificateId, clientId: z.string().max(256) };

/** The secret that makes a new certificate its holder's. What cannot be one is refused as any other unknown one. */
const certificateOwnershipToken = z.string().max(4096, 'must be at most 4096 characters');

const issuedCertificate = z.object({
  certificateId: z.string(),
  certificatePem: z.string(),
  /** For {@link registerFleetThing}: once, within an hour, with the same claim. */
  certificateOwnershipToken: z.string(),
});

/** Makes a key pair and its certificate, PENDING_ACTIVATION. The private key is in this answer and nowhere else. */
export const createFleetKeysAndCertificate = command('registry', 'fleetProvisioning.createKeysAndCertificate.v1', {
  request: z.strictObject(claim),
  reply: issuedCertificate.extend({ privateKey: z.string() }),
});

/** Signs the certificate of a device that keeps its key to itself, PENDING_ACTIVATION. */
export const createFleetCertificateFromCsr = command('registry', 'fleetProvisioning.createCertificateFromCsr.v1', {
  request: z.strictObject({ ...claim, certificateSigningRequest: pem }),
  reply: issuedCertificate,
});

/** A value of what a template tells the device. */
const configurationScalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/**
 * Provisions the device whose certificate the token stands for: all that the template says, or nothing. A refused attempt
 * changes nothing and leaves the token as it was: the device may ask again with it.
 */
export const registerFleetThing = command('registry', 'fleetProvisioning.registerThing.v1', {
  request: z.strictObject({
    ...claim,
    templateName: provisioningTemplateName,
    certificateOwnershipToken,
    parameters: z.record(z.string(), z.string()).default({}),
  }),
  reply: z.object({
    thingName: z.string(),
    /** What the template's DeviceConfiguration says; empty when it says nothing. */
    deviceConfiguration: z.record(z.string(), z.union([configurationScalar, z.array(configurationScalar)])),
    /** The certificate that the device is to connect with now; for the log of the edge, AWS answers the other two. */
    certificateId: z.string(),
  }),
});
