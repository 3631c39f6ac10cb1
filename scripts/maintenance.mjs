// npm run migrate, npm run backup FILE, npm run restore FILE: work on the database of THINGCORE_DATABASE_URL that is done once,
// installed and built first when needed.
import { prepare } from './prepare.mjs';

await prepare();
await import('../dist/apps/maintenance/src/main.js');
