import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { lintPolicy, type ParsedRequestOf, testAuthorization, testPolicy } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { AuthorizationService } from './authorization.service.js';

@Controller()
export class AuthorizationController {
  constructor(private readonly authorization: AuthorizationService) {}

  @MessagePattern(testAuthorization.pattern)
  testAuthorization(@Payload(new ContractPipe(testAuthorization)) request: ParsedRequestOf<typeof testAuthorization>) {
    return this.authorization.testAuthorization(request);
  }

  @MessagePattern(testPolicy.pattern)
  testPolicy(@Payload(new ContractPipe(testPolicy)) request: ParsedRequestOf<typeof testPolicy>) {
    return this.authorization.testPolicy(request);
  }

  @MessagePattern(lintPolicy.pattern)
  lintPolicy(@Payload(new ContractPipe(lintPolicy)) request: ParsedRequestOf<typeof lintPolicy>) {
    return this.authorization.lintPolicy(request);
  }
}
