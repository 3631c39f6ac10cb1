import { fieldEnd, propertyEnd, PropertyId } from './properties.js';
import type { PublishFrame } from './publish-frame.js';

/** The properties of a message that travel with it to its receivers. */
export interface PublishProperties {
  payloadFormatIndicator?: boolean;
  /** Seconds. */
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Buffer;
  /** In the order of the packet; a name may come more than once. */
  userProperties?: [string, string][];
}

/** The properties of a packet as an object, for those who look into a message; `undefined` when it has none. */
export function publishProperties(frame: PublishFrame): PublishProperties | undefined {
  if (frame.propertiesStart === frame.propertiesEnd) return undefined;
  const { buffer, propertiesEnd } = frame;
  const properties: PublishProperties = {};
  for (let at = frame.propertiesStart; at < propertiesEnd;) {
    const id = buffer[at] as number;
    const end = propertyEnd(buffer, id, at + 1, propertiesEnd);
    takeProperty(properties, buffer, id, at + 1, end);
    at = end;
  }
  return properties;
}

function takeProperty(properties: PublishProperties, buffer: Buffer, id: number, at: number, end: number): void {
  switch (id) {
    case PropertyId.payloadFormat:
      properties.payloadFormatIndicator = buffer[at] === 1;
      return;
    case PropertyId.messageExpiry:
      properties.messageExpiryInterval = buffer.readUInt32BE(at);
      return;
    case PropertyId.contentType:
      properties.contentType = buffer.toString('utf8', at + 2, end);
      return;
    case PropertyId.responseTopic:
      properties.responseTopic = buffer.toString('utf8', at + 2, end);
      return;
    case PropertyId.correlationData:
      properties.correlationData = Buffer.from(buffer.subarray(at + 2, end));
      return;
    case PropertyId.userProperty: {
      const nameEnd = fieldEnd(buffer, at, end);
      const pair: [string, string] = [
        buffer.toString('utf8', at + 2, nameEnd),
        buffer.toString('utf8', nameEnd + 2, end),
      ];
      (properties.userProperties ??= []).push(pair);
    }
  }
}
