import { type DynamicModule, Module } from '@nestjs/common';
import { ApiMetrics } from './api-metrics.js';
import { AuditedOperations } from './audited-operations.js';
import { AwsApi } from './aws-api.js';
import { AwsApiRoute } from './http-route.js';
import { Installation } from './installation.js';
import { AccessKeyEventsController } from './signatures/access-key-events.controller.js';
import { SignedRequests } from './signatures/signed-requests.js';
import { SigningKeys } from './signatures/signing-keys.js';

/** The HTTP API that AWS SDKs, command lines and Terraform speak. */
@Module({})
export class AwsApiModule {
  /** @param requests the module with the limits, the audit log and the addresses that GraphQL has too */
  static over(requests: DynamicModule): DynamicModule {
    return {
      module: AwsApiModule,
      imports: [requests],
      controllers: [AccessKeyEventsController],
      providers: [SigningKeys, SignedRequests, ApiMetrics, AuditedOperations, Installation, AwsApi, AwsApiRoute],
      exports: [SignedRequests],
    };
  }
}
