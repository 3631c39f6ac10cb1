import { isAllowedOrigin } from './allowed-origin.js';

describe('isAllowedOrigin', () => {
  it.each([
    ['a client that is no browser', undefined, [], true],
    ['a page of this machine', 'http://localhost:5173', [], true],
    ['a page of this machine by its address', 'http://127.0.0.1', [], true],
    ['a page of this machine by its IPv6 address', 'http://[::1]:3000', [], true],
    ['a page of elsewhere', 'https://evil.example', [], false],
    ['a page that only sounds like this machine', 'https://localhost.evil.example', [], false],
    ['a page that is a file', 'null', [], false],
    ['a page that is allowed', 'https://fleet.example', ['https://fleet.example'], true],
    ['a page of another port than is allowed', 'https://fleet.example:8443', ['https://fleet.example'], false],
    ['any page when all are', 'https://evil.example', ['*'], true],
  ])('judges %s', (_name, origin, allowed, verdict) => {
    expect(isAllowedOrigin(origin, allowed)).toBe(verdict);
  });
});
