import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { confirmTopicRuleDestination } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';

/** The link that a destination of HTTP actions is sent. AWS: ConfirmTopicRuleDestination; the token is the credential. */
@Controller('confirmdestination')
export class ConfirmDestinationController {
  constructor(private readonly rpc: RpcClient) {}

  @Get(':token')
  async confirm(@Param('token') confirmationToken: string, @Res() reply: FastifyReply): Promise<void> {
    reply.header('cache-control', 'no-store');
    try {
      const { arn, status } = await this.rpc.call(confirmTopicRuleDestination, { confirmationToken });
      await reply.code(200).send({ arn, status });
    } catch (thrown) {
      const { code, message, retryable } = reviveError(thrown);
      const isInvalid = code === 'InvalidRequest';
      const text = isInvalid ? message : 'The destination could not be confirmed now; follow the link again later';
      // What SDKs read first, for whoever follows the link with one.
      const type = isInvalid
        ? 'InvalidRequestException'
        : retryable
          ? 'ServiceUnavailableException'
          : 'InternalException';
      reply.header('x-amzn-errortype', type);
      await reply.code(isInvalid ? 400 : retryable ? 503 : 500).send({ code, message: text });
    }
  }
}
