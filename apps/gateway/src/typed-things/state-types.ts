import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfig,
  GraphQLFloat,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
  type GraphQLScalarType,
} from 'graphql';
import type { JsonObject } from '#thingcore/errors';
import {
  type FieldModel,
  hasFields,
  isInt32,
  type ObjectModel,
  shownValue,
  type TextModel,
  type ValueModel,
} from '#thingcore/shadow-schema';

const DEPRECATED = 'The schema of the thing type says so.';

/** Makes the GraphQL types of the states of one thing type. */
export class StateTypes {
  private readonly enums = new Map<TextModel, GraphQLEnumType>();

  constructor(
    private readonly json: GraphQLScalarType,
    private readonly thingTypeName: string,
  ) {}

  /** The type of a state that is read. Values that it cannot show are null. */
  output(model: ObjectModel): GraphQLOutputType {
    if (!hasFields(model)) return this.json;
    return new GraphQLObjectType({
      name: model.typeName,
      description: `State of things of the type ${this.thingTypeName}; values that do not fit are null and stand in \`mismatches\`.`,
      fields: Object.fromEntries(model.fields.map((field) => [field.name, this.outputField(field)])),
    });
  }

  /** The type of what is desired; undefined when there is nothing in it that can be. */
  input(model: ObjectModel, isWhole = false): GraphQLInputObjectType | GraphQLScalarType | undefined {
    if (!hasFields(model)) return this.json;
    const fields = model.fields.flatMap((field): [string, GraphQLInputFieldConfig][] => {
      const config = field.isReadOnly ? undefined : this.inputField(field, isWhole);
      return config === undefined ? [] : [[field.name, config]];
    });
    if (fields.length === 0) return undefined;
    const rule = isWhole
      ? 'An element of a list, which is always set as a whole.'
      : 'What is left out stays as it is; null removes.';
    return new GraphQLInputObjectType({
      name: model.inputName,
      description: `State to desire of things of the type ${this.thingTypeName}. ${rule}`,
      fields: Object.fromEntries(fields),
    });
  }

  private outputField({ property, value, ...field }: FieldModel): GraphQLFieldConfig<JsonObject, unknown> {
    return {
      type: this.outputType(value),
      description: field.description ?? `The property \`${property}\` of the state.`,
      ...(field.isDeprecated ? { deprecationReason: DEPRECATED } : {}),
      resolve: (state) => shownValue(value, Object.hasOwn(state, property) ? state[property] : undefined),
    };
  }

  private inputField({ property, value, ...field }: FieldModel, isWhole: boolean): GraphQLInputFieldConfig | undefined {
    const type = this.inputType(value, isWhole);
    if (type === undefined) return undefined;
    const isNeeded = isWhole && field.isRequired && !value.nullable;
    return {
      type: isNeeded ? new GraphQLNonNull(type) : type,
      description: field.description ?? `The property \`${property}\` of the state.`,
      // GraphQL does not let what is needed be deprecated.
      ...(field.isDeprecated && !isNeeded ? { deprecationReason: DEPRECATED } : {}),
    };
  }

  private outputType(model: ValueModel): GraphQLOutputType {
    if (model.kind === 'list') return new GraphQLList(this.outputType(model.items));
    return model.kind === 'object' ? this.output(model) : this.leafType(model);
  }

  private inputType(model: ValueModel, isWhole: boolean): GraphQLInputType | undefined {
    if (model.kind === 'object') return this.input(model, isWhole);
    if (model.kind !== 'list') return this.leafType(model);
    const items = this.inputType(model.items, true);
    return items && new GraphQLList(model.items.nullable ? items : new GraphQLNonNull(items));
  }

  private leafType(model: Exclude<ValueModel, { kind: 'list' | 'object' }>): GraphQLScalarType | GraphQLEnumType {
    switch (model.kind) {
      case 'any':
        return this.json;
      case 'boolean':
        return GraphQLBoolean;
      case 'number':
        return isInt32(model) ? GraphQLInt : GraphQLFloat;
      case 'text':
        return this.enumOf(model) ?? GraphQLString;
    }
  }

  /** One for what is read and for what is desired. */
  private enumOf(model: TextModel): GraphQLEnumType | undefined {
    const { choices, enumName } = model;
    if (choices === undefined || enumName === undefined) return undefined;
    const known = this.enums.get(model);
    if (known !== undefined) return known;
    const values = choices.map(({ name, text }) => [name, { value: text, description: `\`${text}\` in the shadow.` }]);
    const made = new GraphQLEnumType({
      name: enumName,
      description: `A text in the state of things of the type ${this.thingTypeName}.`,
      values: Object.fromEntries(values) as Record<string, { value: string; description: string }>,
    });
    this.enums.set(model, made);
    return made;
  }
}
