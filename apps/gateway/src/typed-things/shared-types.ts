import {
  GraphQLEnumType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  GraphQLString,
  isObjectType,
  isScalarType,
} from 'graphql';

/** What the types of all thing types have in common: types of the API as it is without them, and two of their own. */
export interface SharedTypes {
  readonly json: GraphQLScalarType;
  readonly thing: GraphQLObjectType;
  readonly userError: GraphQLOutputType;
  readonly mismatch: GraphQLObjectType;
}

/** The names of the types that exist only while some thing type has a schema. */
export const SHARED_TYPE_NAMES = ['ShadowMismatch', 'ShadowSection'] as const;

/** The shared types, on top of a schema without thing types. */
export function sharedTypes(schema: GraphQLSchema): SharedTypes {
  const [json, thing, userError] = ['JSON', 'Thing', 'UserError'].map((name) => schema.getType(name));
  if (!isScalarType(json) || !isObjectType(thing) || !isObjectType(userError)) {
    throw new TypeError('The schema has no JSON, Thing or UserError: typed things are made of them');
  }
  return { json, thing, userError, mismatch: mismatchType(json) };
}

function mismatchType(json: GraphQLScalarType): GraphQLObjectType {
  const section = new GraphQLEnumType({
    name: SHARED_TYPE_NAMES[1],
    description: 'A part of the state of a shadow.',
    values: {
      DESIRED: { value: 'desired', description: 'What applications want.' },
      REPORTED: { value: 'reported', description: 'What the device reports.' },
    },
  });
  return new GraphQLObjectType({
    name: SHARED_TYPE_NAMES[0],
    description: 'A value of a shadow that is not what the schema of the thing type says.',
    fields: {
      section: { type: new GraphQLNonNull(section), description: 'Where in the shadow it is.' },
      path: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'Which value it is, as the shadow calls it, as in `modes.0.level`.',
      },
      message: { type: new GraphQLNonNull(GraphQLString), description: 'What is wrong, and what would not be.' },
      value: { type: json, description: 'The value; null when one is missing.' },
    },
  });
}

/** A type that every value of has. */
export function nonNullListOf(type: GraphQLObjectType): GraphQLOutputType {
  return new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type)));
}
