import { UseFilters } from '@nestjs/common';
import { Args, Resolver } from '@nestjs/graphql';
import { createProvisioningClaim, registerThing } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import { textOfDocument } from '../scalars/json-document.js';
import { asStringMap } from '../scalars/string-map.js';
import {
  ProvisioningClaim,
  RegisteredThing,
  RegisterThingInput,
  toProvisioningClaim,
  toRegisteredThing,
} from './registration.type.js';

@Resolver()
@UseFilters(GraphqlErrorFilter)
export class RegistrationResolver {
  constructor(private readonly rpc: RpcClient) {}

  @FactsMutation(RegisteredThing, {
    description:
      'Registers a thing with its certificate and policies, as a template says: all of it, or nothing. What cannot be brought about is the error ResourceRegistrationFailure.',
  })
  async registerThing(
    @Args('input', { type: () => RegisterThingInput, description: 'The template and its parameters.' })
    { templateBody, parameters }: RegisterThingInput,
  ): Promise<RegisteredThing> {
    const request = { templateBody: textOfDocument(templateBody), parameters: asStringMap(parameters) };
    return toRegisteredThing(await this.rpc.call(registerThing, request));
  }

  @ObjectMutation('provisioningClaim', () => ProvisioningClaim, {
    description:
      'Makes a claim for one device, which it provisions itself with in the next five minutes. The template must be enabled and of the type FLEET_PROVISIONING.',
  })
  async createProvisioningClaim(
    @Args('templateName', { type: () => String, description: 'The name of the template.' }) templateName: string,
  ): Promise<ProvisioningClaim> {
    return toProvisioningClaim(await this.rpc.call(createProvisioningClaim, { templateName }));
  }
}
