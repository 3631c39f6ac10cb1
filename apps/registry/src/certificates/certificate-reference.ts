/** The id in a reference to a certificate, which is the id itself or an ARN that ends in it. */
export function certificateIdOf(reference: string): string {
  return reference.slice(-64);
}
