// npm start: the standalone product in this process, installed and built first when that is needed.
import { prepare } from './prepare.mjs';

await prepare();
await import('../dist/apps/standalone/src/main.js');
