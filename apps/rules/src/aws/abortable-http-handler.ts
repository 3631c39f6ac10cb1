import { addAbortSignal, Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';

type Handle = NodeHttpHandler['handle'];

/**
 * The HTTP of the AWS SDK, whose abort signal and time limits end with the head of a response. Here the signal counts
 * until the body is read: a server that begins to answer and stops would else keep its caller for ever.
 */
export class AbortableHttpHandler extends NodeHttpHandler {
  override async handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const handled = await super.handle(request, options);
    const signal = options?.abortSignal;
    const body: unknown = handled.response.body;
    if (signal instanceof AbortSignal && body instanceof Readable) addAbortSignal(signal, body);
    return handled;
  }
}
