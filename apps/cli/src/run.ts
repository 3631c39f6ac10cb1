import { type Command, CommanderError } from 'commander';
import { EXIT_CODES, Failure, toFailure } from './failure.js';
import { Output } from './output.js';
import { createProgram, type Surroundings } from './program.js';

/** Runs a command line; answers the exit code. Whatever goes wrong is told in words, never as a stack. */
export async function run(args: readonly string[], surroundings: Omit<Surroundings, 'exit'>): Promise<number> {
  const { out, err } = surroundings;
  let exitCode: number = EXIT_CODES.ok;
  const isJson = args.includes('--json');
  const program = createProgram({ ...surroundings, exit: (code) => (exitCode = code) });
  // In JSON a failure is one document: commander's own words are in it.
  forEach(program, (command) =>
    command
      .exitOverride()
      .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => isJson || err.write(text) }),
  );
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return EXIT_CODES.ok;
      const message = thrown.code === 'commander.help' ? 'Say what to do: see thingcore --help' : thrown.message;
      const failure = new Failure('InvalidUsage', message.replace(/^error: /, ''), EXIT_CODES.usage);
      if (isJson) new Output(out, err, true).failure(failure);
      return EXIT_CODES.usage;
    }
    const failure = toFailure(thrown);
    new Output(out, err, isJson).failure(failure);
    return failure.exitCode;
  }
}

function forEach(command: Command, work: (command: Command) => void): void {
  work(command);
  for (const each of command.commands) forEach(each, work);
}
