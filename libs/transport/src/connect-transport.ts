import type { INestApplication } from '@nestjs/common';
import { NestMicroservice } from '@nestjs/microservices';
import type { HandlerServer } from './handler.server.js';
import { IotRpcExceptionFilter } from './iot-rpc-exception.filter.js';

/**
 * Connects a strategy to a Nest application that also serves HTTP; `app.startAllMicroservices()` starts it. Message
 * handlers get the {@link IotRpcExceptionFilter}, and nothing of the HTTP face: a global filter or pipe is written for
 * one of the two. (Nest has no such middle way: without `inheritAppConfig` a filter cannot be set before the handlers
 * are wrapped, with it the HTTP filters come along.)
 */
export function connectTransport(app: INestApplication, server: HandlerServer): void {
  const microservice = app.connectMicroservice({ strategy: server }, { deferInitialization: true });
  if (!(microservice instanceof NestMicroservice)) throw new TypeError('Nest gave no microservice to configure');
  microservice.useGlobalFilters(new IotRpcExceptionFilter());
  // The application runs the modules' life-cycle hooks; a deferred microservice would run them a second time.
  microservice.setIsInitHookCalled(true);
}
