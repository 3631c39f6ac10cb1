// What the image runs: the command names the role, and the role is this process, so that it gets the signals itself.
const ROLES = ['registry', 'shadow', 'broker-gateway', 'rules', 'gateway', 'standalone'];

const [role, ...rest] = process.argv.slice(2);
if (!ROLES.includes(role) || rest.length > 0) {
  const said = process.argv.slice(2).join(' ');
  process.stderr.write(`thingcore: "${said}" is no role; the command is one of ${ROLES.join(', ')}\n`);
  process.exit(64);
}
await import(`../dist/apps/${role}/src/main.js`);
