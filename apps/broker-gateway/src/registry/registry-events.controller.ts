import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { authorityChanged, type PayloadOf, principalChanged, registryEventOccurred } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { PrincipalChanges } from '../authorization/principal-changes.js';
import { DeviceTls } from '../listeners/device-tls.js';
import { Publisher } from '../messages/publisher.js';

/** Follows what happens in the registry. */
@Controller()
export class RegistryEventsController {
  constructor(
    private readonly changes: PrincipalChanges,
    private readonly tls: DeviceTls,
    private readonly publisher: Publisher,
  ) {}

  @EventPattern(...handles(principalChanged))
  async principalChanged(
    @Payload(new ContractPipe(principalChanged)) { changes }: PayloadOf<typeof principalChanged>,
  ): Promise<void> {
    await this.changes.hear(changes);
  }

  @EventPattern(...handles(authorityChanged))
  async authorityChanged(): Promise<void> {
    await this.tls.renewCertificate();
  }

  /** AWS: registry events are told on reserved topics, at least once and in no certain order. */
  @EventPattern(...handles(registryEventOccurred))
  async registryEventOccurred(
    @Payload(new ContractPipe(registryEventOccurred)) { topic, document }: PayloadOf<typeof registryEventOccurred>,
  ): Promise<void> {
    await this.publisher.publishJson(topic, document);
  }
}
