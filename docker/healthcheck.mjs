// Exit 0 when the process of this container lives; with /readyz as argument, when it can serve.
const path = process.argv[2] ?? '/healthz';
const port = process.env.THINGCORE_METRICS_PORT || '9464';
try {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(4_000) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
} catch (error) {
  process.stderr.write(`${path}: ${error.message}\n`);
  process.exitCode = 1;
}
