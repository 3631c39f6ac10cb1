import type { ModelStructure } from '#thingcore/rest-json';
import type { RpcClient } from '#thingcore/transport';
import type { Caller, Role } from '../access/caller.js';
import type { Installation } from './installation.js';

/** What a handler has beside its input. */
export interface ApiCall {
  readonly rpc: RpcClient;
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly installation: Installation;
  /** A link to a file of the gateway, signed for whoever calls: it opens the file for an hour. */
  readonly linkTo: (path: string) => Promise<string>;
}

/** How an operation is performed, and who may ask for it. */
export interface OperationHandler {
  readonly role: Role;
  perform(call: ApiCall, input: ModelStructure): Promise<ModelStructure>;
}

/** The handlers of an area, by the names of the operations. */
export type OperationHandlers = Readonly<Record<string, OperationHandler>>;

/**
 * An input of the SDK's as the reader answers it: what the model requires is there, though the SDK's types have it as
 * possibly undefined.
 */
export type Given<T> = {
  [Name in keyof T]: object extends Pick<T, Name> ? T[Name] : Exclude<T[Name], undefined>;
};

/** A handler in the types that the SDK has for input and output; `void` for an operation that answers nothing. */
export function handler<Input, Output extends object | void = void>(
  role: Role,
  perform: (call: ApiCall, input: Given<Input>) => Promise<Output>,
): OperationHandler {
  return {
    role,
    perform: async (call, input) => (await perform(call, input as Given<Input>)) ?? {},
  };
}
