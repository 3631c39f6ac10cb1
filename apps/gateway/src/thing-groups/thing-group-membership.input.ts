import { Field, InputType } from '@nestjs/graphql';

/** What `addThingToGroup` and `removeThingFromGroup` take. */
@InputType({ description: 'A thing and a thing group.' })
export class ThingGroupMembershipInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { description: 'The name of the thing group.' })
  thingGroupName: string;
}

/** What `updateThingGroupsForThing` takes. */
@InputType({ description: 'A thing, the groups it shall be in, and those it shall not be in.' })
export class UpdateThingGroupsForThingInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => [String], { nullable: true, description: 'The names of the groups to add it to: at most 10.' })
  add?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'The names of the groups to remove it from: at most 10.' })
  remove?: string[] | null;
}
