import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { RegistrationTask, RegistrationTaskStatus } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { PageArgs } from '../connections/page.args.js';
import { relayConnection } from '../connections/relay-connection.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { jsonOfText } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { reportPath } from './report-path.js';

/** The states of a bulk registration. */
export const ThingRegistrationTaskStatus = {
  InProgress: 'InProgress',
  Completed: 'Completed',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
  Cancelling: 'Cancelling',
} as const satisfies { [Status in RegistrationTaskStatus]: Status };

registerEnumType(ThingRegistrationTaskStatus, {
  name: 'ThingRegistrationTaskStatus',
  description: 'How far a bulk registration is.',
  valuesMap: {
    InProgress: { description: 'Lines are being registered.' },
    Completed: { description: 'Every line has its result; some may have failed.' },
    Failed: { description: 'It could not go on; `message` says why.' },
    Cancelled: { description: 'It was stopped; lines without a result are not registered.' },
    Cancelling: { description: 'It is being stopped: lines that were begun are finished.' },
  },
});

/** A bulk registration. */
@ObjectType({
  description:
    'A bulk registration: a thing for each line of an input. To follow it, ask for it again until it has ended.',
})
export class ThingRegistrationTask {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => ThingRegistrationTaskStatus, { description: 'How far it is.' })
  status: RegistrationTaskStatus;

  @Field(() => String, { nullable: true, description: 'Why it failed; null unless it did.' })
  message: string | null;

  @Field(() => JsonScalar, { description: 'The template that each line is registered by.' })
  templateBody: JsonValue;

  @Field(() => ID, { description: 'The key of its input.' })
  inputFileKey: string;

  @Field(() => Int, { description: 'The lines of its input, without empty ones.' })
  lineCount: number;

  @Field(() => Int, { description: 'Lines that were registered.' })
  successCount: number;

  @Field(() => Int, { description: 'Lines that failed; the others went on.' })
  failureCount: number;

  @Field(() => Int, { description: 'How many lines of a hundred have a result: 0 to 100, rounded down.' })
  percentageProgress: number;

  @Field(() => String, {
    description:
      'Where the results are, below the address of this API: JSON lines with the number of the line and what was registered. Needs the key of a request.',
  })
  resultsPath: string;

  @Field(() => String, {
    description:
      'Where the errors are, below the address of this API: JSON lines with the number of the line, its place in bytes, a code and a message. Needs the key of a request.',
  })
  errorsPath: string;

  @Field(() => DateTimeScalar, { description: 'When it was started.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { description: 'When its progress or its status last changed.' })
  lastModifiedAt: number;
}

/** A page of bulk registrations. */
export const ThingRegistrationTaskConnection = relayConnection(ThingRegistrationTask, {
  one: 'bulk registration',
  many: 'bulk registrations',
  order: 'the newest first',
});

/** Which bulk registrations are meant. */
@InputType({ description: 'Which bulk registrations to return: those that meet all that is given.' })
export class ThingRegistrationTaskFilter {
  @Field(() => ThingRegistrationTaskStatus, { nullable: true, description: 'Those with this status.' })
  status?: RegistrationTaskStatus | null;
}

/** The arguments of `thingRegistrationTasks`. */
@ArgsType()
export class ThingRegistrationTasksArgs extends PageArgs {
  @Field(() => ThingRegistrationTaskFilter, {
    nullable: true,
    description: 'Which bulk registrations to return; all when it is left out.',
  })
  filter?: ThingRegistrationTaskFilter | null;
}

/** What `startThingRegistrationTask` takes. */
@InputType({ description: 'A bulk registration to start.' })
export class StartThingRegistrationTaskInput extends IdempotentInput {
  @Field(() => JsonScalar, {
    description:
      'The template that each line is registered by, as an object or as its text: a line says the values of its parameters.',
  })
  templateBody: JsonValue;

  @Field(() => ID, {
    description: 'The key that the upload of the input has answered: POST /registration-inputs, JSON lines.',
  })
  inputFileKey: string;
}

/** A task of the registry. */
export function toThingRegistrationTask({ taskId, ...task }: RegistrationTask): ThingRegistrationTask {
  return {
    ...task,
    id: taskId,
    message: task.message ?? null,
    templateBody: jsonOfText(task.templateBody),
    resultsPath: reportPath(taskId, 'RESULTS'),
    errorsPath: reportPath(taskId, 'ERRORS'),
  };
}
