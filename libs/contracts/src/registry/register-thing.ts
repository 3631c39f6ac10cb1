import { z } from 'zod';
import { command } from '../contract.js';

/**
 * Brings about what a template says: all of it, or nothing. Errors: InvalidRequest with the place in the template for one
 * that cannot be read or resolved; ResourceAlreadyExists where an OverrideSetting FAIL is met; else
 * ResourceRegistrationFailure, with the cause's code and details, for what cannot be brought about.
 */
export const registerThing = command('registry', 'thing.register.v1', {
  request: z.strictObject({
    templateBody: z.string().min(1, 'must not be empty').max(10_240, 'must be at most 10240 characters'),
    parameters: z.record(z.string(), z.string().max(16_384)).default({}),
  }),
  reply: z.object({
    thingName: z.string(),
    certificateId: z.string(),
    /** Only of a certificate that was issued or registered by this call. */
    certificatePem: z.string().optional(),
    /** The ARNs by the logical names of the template. */
    resourceArns: z.record(z.string(), z.string()),
  }),
});
