import { type ErrorCode, IotError } from '#thingcore/errors';

/** A CONNECT that is refused for what it asks, with a reason of its own [MQTT5 3.2.2.2]. */
export class RefusedConnect extends IotError {
  constructor(
    code: ErrorCode,
    message: string,
    /** For the CONNACK of MQTT 5; MQTT 3.1.1 has no return code for it, its connection is closed. */
    readonly reasonCode: number,
  ) {
    super(code, message);
  }
}
