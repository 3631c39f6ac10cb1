import { IotError } from '#thingcore/errors';
import { parsePolicyDocument, type PolicyDocument } from '#thingcore/policy';

/** Parses the document of a request; a `MalformedPolicy` names the field beside line and column. */
export function parsePolicyText(policyDocument: string): PolicyDocument {
  try {
    return parsePolicyDocument(policyDocument);
  } catch (error) {
    if (!(error instanceof IotError)) throw error;
    throw new IotError(error.code, error.message, { details: { ...error.details, field: 'policyDocument' } });
  }
}
