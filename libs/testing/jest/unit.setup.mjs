import { jest } from '@jest/globals';

// Property tests try hundreds of inputs, and a shared machine may be slow; a hung test still ends.
jest.setTimeout(30_000);
