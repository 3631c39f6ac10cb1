import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createProvisioningTemplateVersion,
  deleteProvisioningTemplateVersion,
  getProvisioningTemplateVersions,
  listProvisioningTemplateVersions,
  type ParsedRequestOf,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { TemplateVersionService } from './template-version.service.js';

@Controller()
export class TemplateVersionController {
  constructor(private readonly versions: TemplateVersionService) {}

  @MessagePattern(createProvisioningTemplateVersion.pattern)
  create(
    @Payload(new ContractPipe(createProvisioningTemplateVersion))
    request: ParsedRequestOf<typeof createProvisioningTemplateVersion>,
  ) {
    return this.versions.create(request);
  }

  @MessagePattern(getProvisioningTemplateVersions.pattern)
  async getMany(
    @Payload(new ContractPipe(getProvisioningTemplateVersions))
    request: ParsedRequestOf<typeof getProvisioningTemplateVersions>,
  ) {
    return { versions: await this.versions.getMany(request.versions) };
  }

  @MessagePattern(listProvisioningTemplateVersions.pattern)
  async list(
    @Payload(new ContractPipe(listProvisioningTemplateVersions))
    request: ParsedRequestOf<typeof listProvisioningTemplateVersions>,
  ) {
    return { versions: await this.versions.list(request.templateName) };
  }

  @MessagePattern(deleteProvisioningTemplateVersion.pattern)
  async delete(
    @Payload(new ContractPipe(deleteProvisioningTemplateVersion))
    request: ParsedRequestOf<typeof deleteProvisioningTemplateVersion>,
  ) {
    await this.versions.delete(request);
    return {};
  }
}
