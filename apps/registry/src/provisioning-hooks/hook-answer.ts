import { z } from 'zod';

const answer = z.object({
  allowProvisioning: z.boolean(),
  parameterOverrides: z.record(z.string(), z.string()).nullish(),
});

/** What a hook decided: the parameters it sets, or why it did not allow the provisioning. */
export type HookDecision =
  | { readonly isAllowed: true; readonly overrides: Readonly<Record<string, string>> }
  | { readonly isAllowed: false; readonly reason: string };

/** Reads the answer of a hook. AWS: "Pre-provisioning hooks": `allowProvisioning` must be true, and nothing else will do. */
export function readHookAnswer(text: string): HookDecision {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { isAllowed: false, reason: 'its answer is no JSON' };
  }
  const { success, data, error } = answer.safeParse(document);
  if (!success) return { isAllowed: false, reason: `its answer is not as documented: ${z.prettifyError(error)}` };
  if (!data.allowProvisioning) return { isAllowed: false, reason: 'it refused: allowProvisioning is false' };
  return { isAllowed: true, overrides: data.parameterOverrides ?? {} };
}
