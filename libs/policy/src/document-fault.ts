/** Something in a policy document that cannot be read or that the grammar does not allow, and where it stands. */
export class DocumentFault extends Error {
  constructor(
    message: string,
    readonly at: { readonly path: string; readonly offset: number },
  ) {
    super(message);
  }
}
