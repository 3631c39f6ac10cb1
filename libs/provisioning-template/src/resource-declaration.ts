import type { JsonNode } from '#thingcore/policy';

/** A resource as the document declares it. */
export interface ResourceDeclaration {
  readonly logicalName: string;
  readonly properties: JsonNode;
  readonly overrideSettings: JsonNode | undefined;
}
