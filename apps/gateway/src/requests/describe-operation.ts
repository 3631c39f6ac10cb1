import type { OperationDefinitionNode } from 'graphql';

/** What to call an operation at the begin of a sentence: its name, or its kind when it has none. */
export function describeOperation({ name, operation }: OperationDefinitionNode): string {
  return name?.value ?? `This ${operation}`;
}
