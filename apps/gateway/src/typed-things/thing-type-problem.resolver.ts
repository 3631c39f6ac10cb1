import { UseFilters } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ThingType } from '../thing-types/thing-type.type.js';
import { TypedThings } from './typed-things.js';

/** What the API makes of the schema of a thing type. */
@Resolver(() => ThingType)
@UseFilters(GraphqlErrorFilter)
export class ThingTypeProblemResolver {
  constructor(private readonly things: TypedThings) {}

  @ResolveField(() => String, {
    nullable: true,
    description: 'Why the API has no fields of its own for the type though it has a shadow schema; else null.',
  })
  shadowSchemaProblem(@Parent() { name }: ThingType): string | null {
    return this.things.problemOf(name) ?? null;
  }
}
