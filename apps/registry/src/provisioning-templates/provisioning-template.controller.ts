import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createProvisioningTemplate,
  deleteProvisioningTemplate,
  getProvisioningTemplates,
  listProvisioningTemplates,
  type ParsedRequestOf,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ProvisioningTemplateService } from './provisioning-template.service.js';

@Controller()
export class ProvisioningTemplateController {
  constructor(private readonly templates: ProvisioningTemplateService) {}

  @MessagePattern(createProvisioningTemplate.pattern)
  create(
    @Payload(new ContractPipe(createProvisioningTemplate)) request: ParsedRequestOf<typeof createProvisioningTemplate>,
  ) {
    return this.templates.create(request);
  }

  @MessagePattern(getProvisioningTemplates.pattern)
  async getMany(
    @Payload(new ContractPipe(getProvisioningTemplates)) request: ParsedRequestOf<typeof getProvisioningTemplates>,
  ) {
    return { templates: await this.templates.getMany(request.templateNames) };
  }

  @MessagePattern(listProvisioningTemplates.pattern)
  list(
    @Payload(new ContractPipe(listProvisioningTemplates)) request: ParsedRequestOf<typeof listProvisioningTemplates>,
  ) {
    return this.templates.list(request);
  }

  @MessagePattern(updateProvisioningTemplate.pattern)
  update(
    @Payload(new ContractPipe(updateProvisioningTemplate)) request: ParsedRequestOf<typeof updateProvisioningTemplate>,
  ) {
    return this.templates.update(request);
  }

  @MessagePattern(deleteProvisioningTemplate.pattern)
  async delete(
    @Payload(new ContractPipe(deleteProvisioningTemplate)) request: ParsedRequestOf<typeof deleteProvisioningTemplate>,
  ) {
    await this.templates.delete(request.templateName);
    return {};
  }
}
