import { jest } from '@jest/globals';

// Whole topologies are started and stopped, with unmodified device SDKs as clients.
jest.setTimeout(180_000);
