/** What is wrong with a request, before anybody was asked to perform it. */
export class RequestFault extends Error {
  override readonly name = 'RequestFault';

  /**
   * @param member the member at fault, e.g. `attributePayload.merge`; empty for the request itself
   * @param message names the member and what it should be
   */
  constructor(
    readonly member: string,
    message: string,
  ) {
    super(message);
  }
}
