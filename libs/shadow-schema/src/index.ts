export { desiredRefusal } from './desired-refusal.js';
export { faultsOfDesired, faultsOfReported } from './find-faults.js';
export { readShadowSchema, type ReadSchema } from './read-shadow-schema.js';
export { SCHEMA_LIMITS } from './schema-limits.js';
export type {
  AnyModel,
  BooleanModel,
  Fault,
  FieldModel,
  ListModel,
  NumberModel,
  ObjectModel,
  ShadowValidation,
  TextModel,
  TypedShadow,
  TypedShadowNames,
  TypedThing,
  TypedThingNames,
  ValueModel,
} from './shadow-model.js';
export { clashOf, namesTakenBy, type TakenNames } from './taken-names.js';
export { hasFields, isInt32, shownValue, toState } from './typed-value.js';
export { toTypescript } from './typescript.js';
