import type { Qos } from './control-packet.js';
import { type EncodedPublish, isVerbatim, PublishEncoder } from './publish-encoder.js';
import type { PublishFrame } from './publish-frame.js';

const NOTHING = Buffer.alloc(0);

/** Scratch buffers above this size are given back after the packet that needed them. */
const KEPT_SCRATCH_BYTES = 65_536;

function emptyForm(): EncodedPublish {
  return { buffer: NOTHING, start: 0, end: 0, idOffset: -1, expiryOffset: -1, kept: undefined };
}

/**
 * The forms in which one message goes to its receivers: encoded when first asked for, once for each combination of
 * version, QoS and RETAIN however many receivers there are, and not at all when a receiver gets the very bytes that came.
 */
export class PublishForms {
  private readonly encoder = new PublishEncoder();
  private readonly scratch = Array.from({ length: 12 }, emptyForm);
  private readonly verbatim = emptyForm();
  private readonly identified = emptyForm();
  private isEncoded = 0;
  private verbatimIndex = -1;
  private frame: PublishFrame | undefined;

  /** Turns to another message; forms given out before are void. */
  use(frame: PublishFrame): void {
    this.frame = frame;
    this.isEncoded = 0;
    this.verbatimIndex = -1;
    if (!isVerbatim(frame)) return;
    this.verbatimIndex = formIndex(frame.isV5, frame.qos, frame.isRetained);
    const form = this.verbatim;
    form.buffer = frame.buffer;
    form.start = frame.start;
    form.end = frame.end;
    form.kept = undefined;
    form.idOffset = frame.qos > 0 ? frame.idAt - frame.start : -1;
    form.expiryOffset = frame.expiryAt < 0 ? -1 : frame.expiryAt + 1 - frame.start;
  }

  /** The packet for receivers of this kind; valid until the next call of {@link PublishForms.use}. */
  form(isV5: boolean, qos: Qos, isRetained: boolean): EncodedPublish {
    const index = formIndex(isV5, qos, isRetained);
    if (index === this.verbatimIndex) return this.verbatim;
    const form = this.scratch[index] as EncodedPublish;
    const bit = 1 << index;
    if ((this.isEncoded & bit) === 0) {
      this.encoder.encode(form, this.current(), isV5, qos, isRetained, undefined);
      this.isEncoded |= bit;
    }
    return form;
  }

  /** The packet for one MQTT 5 receiver with subscription identifiers; valid until the next call. */
  identifiedForm(qos: Qos, isRetained: boolean, subscriptionIds: readonly number[]): EncodedPublish {
    this.encoder.encode(this.identified, this.current(), true, qos, isRetained, subscriptionIds);
    return this.identified;
  }

  /** Lets go of the message and of memory beyond the usual. */
  release(): void {
    this.frame = undefined;
    this.verbatim.buffer = NOTHING;
    if (this.isEncoded !== 0) for (const form of this.scratch) shrink(form);
    shrink(this.identified);
  }

  private current(): PublishFrame {
    if (this.frame === undefined) throw new Error('PublishForms.use comes before a form is asked for');
    return this.frame;
  }
}

function formIndex(isV5: boolean, qos: Qos, isRetained: boolean): number {
  return (isV5 ? 6 : 0) + 2 * qos + (isRetained ? 1 : 0);
}

function shrink(form: EncodedPublish): void {
  if (form.buffer.length > KEPT_SCRATCH_BYTES) form.buffer = NOTHING;
}
