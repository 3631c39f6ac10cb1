// How fast rules are: npm run bench:rules [-- --rounds 5 --messages 100000]
// Rounds are interleaved and medians reported.
import { parseArgs } from 'node:util';
import { prepare } from '../../scripts/prepare.mjs';
import { ratio } from './figures.mjs';
import { PAYLOAD } from './sql.mjs';

await prepare();
const { measureMatching, measureStatements } = await import('./statements.mjs');
const { measureService } = await import('./service-path.mjs');
const { measureProduct } = await import('./product-path.mjs');

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, messages: { type: 'string', default: '100000' } },
});
const [rounds, messages] = [Math.max(3, Number(values.rounds)), Number(values.messages)];

const rates = { ...measureStatements(rounds), ...measureMatching(rounds) };
const service = await measureService(rounds, messages);
const product = await measureProduct(rounds);
const ratios = {
  'parse and 10 rules to the parse alone': ratio(rates['parse and 10 rules'], rates['parse alone']),
  'parse and 10 rules to JSON.parse': ratio(rates['parse and 10 rules'], rates['JSON.parse alone']),
  'cost with 10,000 rules installed to 10': ratio(rates['10 rules, 10 match'], rates['10,000 rules, 10 match']),
  'QoS 0 to PostgreSQL to a bare insert loop': ratio(service['QoS 0 to PostgreSQL'], service['bare inserts']),
  'QoS 1 to PostgreSQL to a bare insert loop': ratio(service['QoS 1 to PostgreSQL'], service['bare inserts']),
};
const bounds = {
  'parse and 10 rules to the parse alone': 'at least 0.75',
  'cost with 10,000 rules installed to 10': 'at most 2',
  'QoS 0, device to rule to republish to device': 'at least 25000 a second',
  'QoS 0 to PostgreSQL to a bare insert loop': 'at least 0.5',
};
console.table(
  Object.fromEntries(
    Object.entries({ ...rates, ...service, ...product.rates }).map(([name, rate]) => [
      name,
      { 'per second': Math.round(rate) },
    ]),
  ),
);
console.log(JSON.stringify({ name: 'rules', payloadBytes: PAYLOAD.length, rates, service, product, ratios, bounds }));
