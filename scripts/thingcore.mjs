#!/usr/bin/env node
// npx thingcore: the command line for operators, installed and built first when that is needed.
import { prepare } from './prepare.mjs';

await prepare();
await import('../dist/apps/cli/src/main.js');
