/** What a thrown value says of itself, from whichever realm it comes; those that only gather others say what they say. */
export function faultText(fault: unknown): string {
  if (typeof fault !== 'object' || fault === null) return String(fault);
  if ('errors' in fault && Array.isArray(fault.errors) && fault.errors.length > 0) {
    return [...new Set(fault.errors.map(faultText))].join('; ');
  }
  if ('message' in fault && typeof fault.message === 'string' && fault.message !== '') return fault.message;
  return faultCode(fault) ?? 'unknown error';
}

/** The code of a system error, such as `ECONNREFUSED`. */
export function faultCode(fault: unknown): string | undefined {
  if (typeof fault !== 'object' || fault === null || !('code' in fault)) return undefined;
  return typeof fault.code === 'string' ? fault.code : undefined;
}
