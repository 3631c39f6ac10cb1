import { IotError } from '#thingcore/errors';
import { MAX_PRODUCED_CHARACTERS } from './limits.js';

/** Something of a template that has its value once the parameters are known. */
export interface Deferred<T> {
  /** Throws `InvalidRequest` with the place in the template as `details.field`. */
  evaluate(evaluation: Evaluation): T;
}

/** The value of a parameter. */
export interface ParameterValue {
  readonly text: string;
  /** Whether a device or a caller said it; the defaults of a template are its author's. */
  readonly isGiven: boolean;
}

/**
 * What means something in a policy document: wildcards of policies and of topic filters, policy variables, and what
 * ends or escapes a string of JSON.
 */
const NOT_PLAIN = /[*?$+#"\\\p{Cc}]/u;

/** One resolution of a template: the values of its parameters, and what its functions may still produce. */
export class Evaluation {
  private remaining = MAX_PRODUCED_CHARACTERS;
  private policyDocuments = 0;

  constructor(private readonly parameters: ReadonlyMap<string, ParameterValue>) {}

  /** Evaluates what a policy document is made of: in it, what a device or a caller says must be plain text. */
  inPolicyDocument<T>(evaluate: () => T): T {
    this.policyDocuments++;
    try {
      return evaluate();
    } finally {
      this.policyDocuments--;
    }
  }

  /** The value of a declared parameter. */
  parameter(name: string, path: string): string {
    const value = this.parameters.get(name);
    if (value !== undefined) {
      if (this.policyDocuments > 0 && value.isGiven) checkPlain(name, value.text, path);
      return this.produce(value.text, path);
    }
    throw provisioningFault(path, `The parameter "${name}" has neither a value nor a default`, { parameter: name });
  }

  /** A text that a function made. */
  produce(text: string, path: string): string {
    this.spend(text.length, path);
    return text;
  }

  /** Counts characters before they are produced, so that nothing too large is ever built. */
  spend(characters: number, path: string): void {
    this.remaining -= characters;
    if (this.remaining >= 0) return;
    throw provisioningFault(path, `The values of the template exceed ${MAX_PRODUCED_CHARACTERS} characters`);
  }
}

/** A failure of a resolution, and where in the template. */
export function provisioningFault(path: string, message: string, details: Record<string, string> = {}): IotError {
  return new IotError('InvalidRequest', `${message} (${path})`, { details: { field: path, ...details } });
}

/** A device named `*` would widen the policy that its template makes for it. */
function checkPlain(name: string, text: string, path: string): void {
  const [found] = NOT_PLAIN.exec(text) ?? [];
  if (found === undefined) return;
  throw provisioningFault(
    path,
    `The value of the parameter "${name}" has ${JSON.stringify(found)} in it, which would change what the policy means; ` +
      'none of * ? $ + # " \\ and control characters may get into a policy document: use a policy variable instead, ' +
      'such as ${iot:Connection.Thing.ThingName}',
    { parameter: name },
  );
}
