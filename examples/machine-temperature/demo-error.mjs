/** A failure that the person at the terminal can do something about: its message is the one line they get to read. */
export class DemoError extends Error {}
