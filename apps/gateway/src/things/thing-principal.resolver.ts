import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { attachThingPrincipal, detachThingPrincipal } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { Certificate, toCertificate } from '../certificates/certificate.type.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { pageOfWhole } from '../connections/whole-list.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import {
  AttachThingPrincipalInput,
  DetachThingPrincipalInput,
  ThingPrincipal,
  ThingPrincipalAttachment,
  ThingPrincipalConnection,
} from './thing-principal.type.js';
import { Thing, toThing } from './thing.type.js';

/** The principals of a thing. */
@Resolver(() => Thing)
@UseFilters(GraphqlErrorFilter)
export class ThingPrincipalResolver {
  constructor(private readonly rpc: RpcClient) {}

  @ResolveField(() => ThingPrincipalConnection, { description: 'The certificates that its device may connect with.' })
  async principals(
    @Parent() { name }: Thing,
    @Args() page: TwoWayPageArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingPrincipalConnection> {
    const principals = ((await loaders.principalsOfThings.load(name)) ?? []).map(
      ({ certificateId, thingPrincipalType }): ThingPrincipal => ({
        certificateId,
        exclusive: thingPrincipalType === 'EXCLUSIVE_THING',
      }),
    );
    return pageOfWhole(principals, { keyOf: ({ certificateId }) => certificateId }, page);
  }

  @ObjectMutation('attachment', () => ThingPrincipalAttachment, {
    description: 'Attaches a certificate to a thing: its device may connect with it. Doing it again changes nothing.',
  })
  async attachThingPrincipal(
    @Args('input', { type: () => AttachThingPrincipalInput, description: 'The thing and the certificate.' })
    { thingName, principal, exclusive }: AttachThingPrincipalInput,
  ): Promise<ThingPrincipalAttachment> {
    const thingPrincipalType = exclusive ? 'EXCLUSIVE_THING' : 'NON_EXCLUSIVE_THING';
    const names = { thingPrincipalType: 'exclusive' };
    await inTermsOf(names, this.rpc.call(attachThingPrincipal, { thingName, principal, thingPrincipalType }));
    return { thingName, principal };
  }

  @ObjectMutation('attachment', () => ThingPrincipalAttachment, {
    description: 'Detaches a certificate from a thing; live connections that use it follow at once.',
  })
  async detachThingPrincipal(
    @Args('input', { type: () => DetachThingPrincipalInput, description: 'The thing and the certificate.' })
    { thingName, principal }: DetachThingPrincipalInput,
  ): Promise<ThingPrincipalAttachment> {
    await this.rpc.call(detachThingPrincipal, { thingName, principal });
    return { thingName, principal };
  }
}

/** A principal of a thing, looked at as a certificate. */
@Resolver(() => ThingPrincipal)
@UseFilters(GraphqlErrorFilter)
export class PrincipalCertificateResolver {
  @ResolveField(() => Certificate, { nullable: true, description: 'The certificate; null when it is gone.' })
  async certificate(
    @Parent() { certificateId }: ThingPrincipal,
    @Context() { loaders }: GatewayContext,
  ): Promise<Certificate | null> {
    const certificate = await loaders.certificates.load(certificateId);
    return certificate === undefined ? null : toCertificate(certificate);
  }
}

/** What was attached or detached, looked at from its thing. */
@Resolver(() => ThingPrincipalAttachment)
@UseFilters(GraphqlErrorFilter)
export class ThingPrincipalAttachmentResolver {
  @ResolveField(() => Thing, { nullable: true, description: 'The thing; null when it is gone.' })
  async thing(
    @Parent() { thingName }: ThingPrincipalAttachment,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing | null> {
    const thing = await loaders.things.load(thingName);
    return thing === undefined ? null : toThing(thing);
  }
}
