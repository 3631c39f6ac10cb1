// What the image runs: the command names the role, and the role is this process, so that it gets the signals itself.
const ROLES = [
  'registry',
  'shadow',
  'broker-gateway',
  'rules',
  'gateway',
  'standalone',
  'migrate',
  'backup',
  'restore',
];

/** What is done once and ends, with how many words its command has after it. */
const MAINTENANCE = { migrate: 0, backup: 1, restore: 1 };

const [role, ...rest] = process.argv.slice(2);
if (!ROLES.includes(role) || rest.length !== (MAINTENANCE[role] ?? 0)) {
  const said = process.argv.slice(2).join(' ');
  process.stderr.write(
    `thingcore: "${said}" is no role; the command is one of ${ROLES.join(', ')}; backup and restore take a file\n`,
  );
  process.exit(64);
}
await import(`../dist/apps/${role in MAINTENANCE ? 'maintenance' : role}/src/main.js`);
