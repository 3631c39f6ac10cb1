import type { JsonValue } from '#thingcore/errors';

/** What a value has to be beside its kind. */
interface ValueRules {
  /** Whether it may be null; in the state of a shadow only elements of arrays can be. */
  readonly nullable: boolean;
}

/** A text that may be one of a few. */
export interface TextChoice {
  readonly text: string;
  /** How the text is called in GraphQL. */
  readonly name: string;
}

/** A regular expression that runs in linear time. */
export interface TextPattern {
  readonly source: string;
  /** Whether some part of the text matches. */
  matches(text: string): boolean;
}

/** A text. */
export interface TextModel extends ValueRules {
  readonly kind: 'text';
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: TextPattern | undefined;
  readonly format?: string | undefined;
  readonly choices?: readonly TextChoice[] | undefined;
  /** The name of the GraphQL enum of the choices. */
  readonly enumName?: string | undefined;
}

/** A number. */
export interface NumberModel extends ValueRules {
  readonly kind: 'number';
  readonly isInteger: boolean;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly choices?: readonly number[] | undefined;
}

/** True or false. */
export interface BooleanModel extends ValueRules {
  readonly kind: 'boolean';
  readonly choices?: readonly boolean[] | undefined;
}

/** A list of values of one kind. */
export interface ListModel extends ValueRules {
  readonly kind: 'list';
  readonly items: ValueModel;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
}

/** Any JSON value, of which nothing is known. */
export interface AnyModel extends ValueRules {
  readonly kind: 'any';
}

/** An object. */
export interface ObjectModel extends ValueRules {
  readonly kind: 'object';
  /** In the order of the schema. */
  readonly fields: readonly FieldModel[];
  /** What properties that are no fields may hold; undefined when there must be none. */
  readonly others: ValueModel | undefined;
  /** The name of its GraphQL type. */
  readonly typeName: string;
  /** The name of its GraphQL input type. */
  readonly inputName: string;
}

/** What a value is. */
export type ValueModel = TextModel | NumberModel | BooleanModel | ListModel | ObjectModel | AnyModel;

/** A property of an object. */
export interface FieldModel {
  /** How the state of the shadow calls it. */
  readonly property: string;
  /** How GraphQL calls it. */
  readonly name: string;
  readonly description: string | undefined;
  readonly isDeprecated: boolean;
  /** Whether the device alone says what it is: it cannot be desired. */
  readonly isReadOnly: boolean;
  readonly isRequired: boolean;
  readonly value: ValueModel;
}

/** A shadow whose state has a schema. */
export interface TypedShadow {
  /** Undefined for the classic shadow. */
  readonly shadowName: string | undefined;
  readonly description: string | undefined;
  readonly state: ObjectModel;
  readonly names: TypedShadowNames;
}

/** What GraphQL calls what belongs to one shadow of a type. */
export interface TypedShadowNames {
  /** The field that leads to a named shadow; of the classic one nothing: it is the thing itself. */
  readonly field: string | undefined;
  /** The type of a named shadow. */
  readonly type: string;
  readonly update: string;
  readonly updateInput: string;
  readonly updatePayload: string;
}

/** What GraphQL calls what belongs to a type as a whole. */
export interface TypedThingNames {
  readonly type: string;
  readonly one: string;
  readonly many: string;
  readonly edge: string;
  readonly connection: string;
  readonly namedShadows: string;
}

/** Whose desired state is refused when it does not fit: that of applications and rules, or that of MQTT clients too. */
export type ShadowValidation = 'GRAPHQL' | 'ALL';

/** A thing type whose shadows have schemas. */
export interface TypedThing {
  readonly thingTypeName: string;
  readonly validation: ShadowValidation;
  readonly names: TypedThingNames;
  /** The classic one first, then the named ones in the order of the schema. */
  readonly shadows: readonly TypedShadow[];
}

/** A value that is not what its schema says. */
export interface Fault {
  /** Where it is, as in `thermostat.modes.0`. */
  readonly path: string;
  /** What is wrong and what would not be, as in `is 120: it must be at most 100`. */
  readonly message: string;
  /** Undefined where something is missing. */
  readonly value: JsonValue | undefined;
}
