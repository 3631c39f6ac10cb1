import { Command, InvalidArgumentError, Option } from 'commander';
import { CommandContext } from './command-context.js';
import { listCertificates, revokeCertificates } from './commands/certificates.js';
import { createDevice } from './commands/device.js';
import { showEndpoints } from './commands/endpoints.js';
import { register } from './commands/register.js';
import { listRegistrations, stopRegistration } from './commands/registrations.js';
import { replay } from './commands/replay.js';
import { createClaim, createTemplate, listTemplates } from './commands/templates.js';
import { listThings } from './commands/things.js';
import type { InstanceOptions } from './instance.js';
import { Output, type TextSink } from './output.js';

/** What a run of the program is given by its process. */
export interface Surroundings {
  readonly out: TextSink;
  readonly err: TextSink;
  /** Ends when somebody wants the command to end. */
  readonly signal: AbortSignal;
  /** Told how the command ended. */
  readonly exit: (code: number) => void;
}

type GlobalOptions = InstanceOptions & { readonly json?: boolean };

/** The command line: what it takes, and what it says about itself. */
export function createProgram({ out, err, signal, exit }: Surroundings): Command {
  const program = new Command('thingcore')
    .description('Operates a Thingcore over its public API.')
    .addOption(
      new Option('--endpoint <url>', 'address of the API, as in http://localhost:3000').env('THINGCORE_ENDPOINT'),
    )
    .addOption(new Option('--api-key <key>', 'API key; else the one in the data directory').env('THINGCORE_API_KEY'))
    .addOption(
      new Option('--data-dir <folder>', 'data directory of a standalone run')
        .env('THINGCORE_DATA_DIR')
        .default('.thingcore'),
    )
    .option('--json', 'answers and failures as JSON, for programs')
    .showHelpAfterError('(see thingcore --help)')
    .addHelpText('after', examples('endpoints', 'device create lamp', 'register pumps.jsonl --template pump.json'));
  const context = () => {
    const { json = false, ...options } = program.opts<GlobalOptions>();
    return new CommandContext(new Output(out, err, json), options, signal);
  };
  addLists(program, context);
  addDevice(program, context);
  addTemplates(program, context);
  addRegistrations(program, context, exit);
  program
    .command('replay')
    .description('Replays readings of a real machine as a device: the example data')
    .option('--thing <name>', 'name of the device', 'press-7')
    .option('--limit <n>', 'how many readings', wholeNumber, 22_695)
    .option('--rate <n>', 'messages per second; 100 is what the limits of AWS allow', wholeNumber, 100)
    .option('--mqtt-endpoint <url>', 'where devices connect, as in mqtts://iot.example.com:8883')
    .addHelpText('after', examples('replay --limit 500'))
    .action((options: Parameters<typeof replay>[1]) => replay(context(), options));
  return program;
}

function addLists(program: Command, context: () => CommandContext): void {
  program
    .command('endpoints')
    .description('Shows where the platform is, and who is asking')
    .action(() => showEndpoints(context()));
  program
    .command('things')
    .description('Things of the registry')
    .command('list')
    .description('Lists things in the order of their names')
    .option('--prefix <text>', 'those whose names begin with it')
    .option('--type <name>', 'those of this thing type')
    .option('--group <name>', 'those in this thing group')
    .option('--limit <n>', 'how many at most', wholeNumber, 100)
    .addHelpText('after', examples('things list --prefix pump-', 'things list --limit 10000 --json'))
    .action((options: Parameters<typeof listThings>[1]) => listThings(context(), options));
  const certificates = program.command('certificates').description('Certificates of devices');
  certificates
    .command('list')
    .description('Lists certificates, the newest first')
    .addOption(
      new Option('--status <status>', 'those with this status').choices([
        'ACTIVE',
        'INACTIVE',
        'REVOKED',
        'PENDING_ACTIVATION',
      ]),
    )
    .option('--limit <n>', 'how many at most', wholeNumber, 100)
    .addHelpText('after', examples('certificates list --status ACTIVE'))
    .action((options: Parameters<typeof listCertificates>[1]) => listCertificates(context(), options));
  certificates
    .command('revoke [id]')
    .description('Revokes a certificate, or all those of a thing: for good, and live connections end')
    .option('--thing <name>', 'the certificates of this thing')
    .addHelpText('after', examples('certificates revoke --thing lamp'))
    .action((id: string | undefined, options: { thing?: string }) => revokeCertificates(context(), id, options.thing));
}

function addDevice(program: Command, context: () => CommandContext): void {
  program
    .command('device')
    .description('Devices')
    .command('create <name>')
    .description('Makes a thing with a certificate and a policy, and a folder with all that the device needs')
    .option('--type <name>', 'its thing type')
    .option('--attribute <name=value>', 'an attribute; may be given several times', attribute, {})
    .option('--policy <name>', 'an existing policy; else "thingcore-device", which lets it act for itself')
    .addOption(new Option('--key-type <type>', 'its key').choices(['RSA_2048', 'EC_P256']).default('RSA_2048'))
    .option('--out <folder>', 'the folder; else one of its name, here')
    .option('--mqtt-endpoint <url>', 'where devices connect, as in mqtts://iot.example.com:8883')
    .addHelpText('after', examples('device create lamp --attribute site=hall-2', 'device create pump-7 --policy pumps'))
    .action((name: string, options: Parameters<typeof createDevice>[2]) => createDevice(context(), name, options));
}

function addTemplates(program: Command, context: () => CommandContext): void {
  const templates = program.command('templates').description('Provisioning templates');
  templates
    .command('list')
    .description('Lists provisioning templates in the order of their names')
    .option('--limit <n>', 'how many at most', wholeNumber, 100)
    .action((options: { limit: number }) => listTemplates(context(), options));
  templates
    .command('create <name> <file>')
    .description('Creates a provisioning template from a file')
    .addOption(
      new Option('--type <type>', 'what it is for')
        .choices(['FLEET_PROVISIONING', 'JITP'])
        .default('FLEET_PROVISIONING'),
    )
    .option('--enabled', 'let it provision devices at once')
    .addHelpText('after', examples('templates create pumps pumps.json --enabled'))
    .action((name: string, file: string, options: Parameters<typeof createTemplate>[3]) =>
      createTemplate(context(), name, file, options),
    );
  program
    .command('claims')
    .description('Claims, with which devices provision themselves')
    .command('create <template>')
    .description('Makes a folder with a certificate that may provision one device with a template, for five minutes')
    .option('--out <folder>', 'the folder; else <template>-claim, here')
    .option('--mqtt-endpoint <url>', 'where devices connect, as in mqtts://iot.example.com:8883')
    .addHelpText('after', examples('claims create pumps --out claim'))
    .action((template: string, options: Parameters<typeof createClaim>[2]) =>
      createClaim(context(), template, options),
    );
}

function addRegistrations(program: Command, context: () => CommandContext, exit: (code: number) => void): void {
  program
    .command('register [file]')
    .description('Registers a thing for each line of a file: JSON objects with the parameters of a template')
    .option('--template <file>', 'the provisioning template')
    .option('--resume <id>', 'follow a bulk registration that was started before')
    .option('--results <file>', 'write what was registered there, JSON lines')
    .option('--errors <file>', 'write what failed and why there, JSON lines')
    .option('--no-wait', 'start it, and do not wait for its end')
    .addHelpText(
      'after',
      examples('register pumps.jsonl --template pump.json --errors errors.jsonl', 'register --resume <id>'),
    )
    .action(async (file: string | undefined, options: Parameters<typeof register>[2]) =>
      exit(await register(context(), file, options)),
    );
  const registrations = program.command('registrations').description('Bulk registrations');
  registrations
    .command('list')
    .description('Lists bulk registrations, the newest first')
    .option('--limit <n>', 'how many at most', wholeNumber, 20)
    .action((options: { limit: number }) => listRegistrations(context(), options));
  registrations
    .command('stop <id>')
    .description('Stops a bulk registration; what is registered stays')
    .action((id: string) => stopRegistration(context(), id));
}

function examples(...commands: string[]): string {
  return `\nExamples:\n${commands.map((command) => `  thingcore ${command}\n`).join('')}`;
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

function attribute(text: string, others: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return { ...others, [name]: value };
  throw new InvalidArgumentError('It must be a name and a value, as in site=hall-2.');
}
