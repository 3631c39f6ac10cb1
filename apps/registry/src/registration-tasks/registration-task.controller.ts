import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  appendRegistrationLines,
  completeRegistrationInput,
  createRegistrationInput,
  describeThingRegistrationTask,
  discardRegistrationInput,
  listThingRegistrationTaskReports,
  listThingRegistrationTasks,
  type ParsedRequestOf,
  startThingRegistrationTask,
  stopThingRegistrationTask,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { RegistrationInputService } from './registration-input.service.js';
import { RegistrationTaskService } from './registration-task.service.js';

@Controller()
export class RegistrationTaskController {
  constructor(
    private readonly inputs: RegistrationInputService,
    private readonly tasks: RegistrationTaskService,
  ) {}

  @MessagePattern(createRegistrationInput.pattern)
  createInput() {
    return this.inputs.create();
  }

  @MessagePattern(appendRegistrationLines.pattern)
  append(@Payload(new ContractPipe(appendRegistrationLines)) request: ParsedRequestOf<typeof appendRegistrationLines>) {
    return this.inputs.append(request);
  }

  @MessagePattern(completeRegistrationInput.pattern)
  complete(
    @Payload(new ContractPipe(completeRegistrationInput)) request: ParsedRequestOf<typeof completeRegistrationInput>,
  ) {
    return this.inputs.complete(request);
  }

  @MessagePattern(discardRegistrationInput.pattern)
  async discard(
    @Payload(new ContractPipe(discardRegistrationInput))
    { inputFileKey }: ParsedRequestOf<typeof discardRegistrationInput>,
  ) {
    await this.inputs.discard(inputFileKey);
    return {};
  }

  @MessagePattern(startThingRegistrationTask.pattern)
  start(
    @Payload(new ContractPipe(startThingRegistrationTask)) request: ParsedRequestOf<typeof startThingRegistrationTask>,
  ) {
    return this.tasks.start(request);
  }

  @MessagePattern(describeThingRegistrationTask.pattern)
  describe(
    @Payload(new ContractPipe(describeThingRegistrationTask))
    { taskId }: ParsedRequestOf<typeof describeThingRegistrationTask>,
  ) {
    return this.tasks.describe(taskId);
  }

  @MessagePattern(listThingRegistrationTasks.pattern)
  list(
    @Payload(new ContractPipe(listThingRegistrationTasks)) request: ParsedRequestOf<typeof listThingRegistrationTasks>,
  ) {
    return this.tasks.list(request);
  }

  @MessagePattern(stopThingRegistrationTask.pattern)
  stop(
    @Payload(new ContractPipe(stopThingRegistrationTask)) { taskId }: ParsedRequestOf<typeof stopThingRegistrationTask>,
  ) {
    return this.tasks.stop(taskId);
  }

  @MessagePattern(listThingRegistrationTaskReports.pattern)
  reports(
    @Payload(new ContractPipe(listThingRegistrationTaskReports))
    request: ParsedRequestOf<typeof listThingRegistrationTaskReports>,
  ) {
    return this.tasks.report(request);
  }
}
