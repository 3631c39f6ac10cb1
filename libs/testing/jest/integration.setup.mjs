import { jest } from '@jest/globals';

// Real PostgreSQL and Redis, real processes: slow machines get time, hung tests still end.
jest.setTimeout(60_000);
