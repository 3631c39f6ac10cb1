import { REGISTRATION_LINE_MAX_BYTES, type RegistrationLine } from '#thingcore/contracts';

const LINE_FEED = 0x0a;

const BYTE_ORDER_MARK = '\ufeff';

/** Cuts what arrives in pieces into lines, and never holds more of it than one line. */
export class InputLines {
  private parts: Buffer[] = [];
  private length = 0;
  private offset = 0;
  private lineNumber = 1;

  /** The lines that end in a piece. Empty ones are left out, but counted. */
  *push(piece: Buffer): Generator<RegistrationLine> {
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, from)) {
      this.hold(piece.subarray(from, end));
      yield* this.cut(1);
      from = end + 1;
    }
    this.hold(piece.subarray(from));
  }

  /** The last line, which needs no end. */
  *end(): Generator<RegistrationLine> {
    yield* this.cut(0);
  }

  private hold(part: Buffer): void {
    this.length += part.length;
    if (this.length <= REGISTRATION_LINE_MAX_BYTES) this.parts.push(part);
    else this.parts = [];
  }

  private *cut(endBytes: number): Generator<RegistrationLine> {
    const { lineNumber, offset, length } = this;
    const isTooLong = length > REGISTRATION_LINE_MAX_BYTES;
    const text = Buffer.concat(this.parts).toString();
    this.parts = [];
    this.length = 0;
    this.offset += length + endBytes;
    this.lineNumber++;
    if (isTooLong) yield { lineNumber, offset };
    else {
      const content = withoutFraming(text, lineNumber);
      if (content !== '') yield { lineNumber, offset, text: content };
    }
  }
}

/** Editors put a mark at the beginning of a file, and a carriage return at the end of a line. */
function withoutFraming(text: string, lineNumber: number): string {
  return (lineNumber === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).trim();
}
