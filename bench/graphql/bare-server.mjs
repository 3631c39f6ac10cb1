// A bare Fastify route that makes the two look-ups: nothing in it is there for anything else.
import Fastify from 'fastify';
import { openLookUps } from './look-ups.mjs';

const lookUps = openLookUps();
const server = Fastify();
server.get('/things/:name', async ({ params: { name } }) => {
  const thing = await lookUps.thing(name);
  return thing === null ? null : { ...thing, shadow: await lookUps.shadow(name) };
});
process.stdout.write(`${await server.listen({ port: 0, host: '127.0.0.1' })}\n`);
process.once('SIGINT', async () => {
  await server.close();
  await lookUps.close();
});
