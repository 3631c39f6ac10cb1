import { openSpan, traceparentOf } from '#thingcore/tracing';
import type { ActionInput, CompiledAction } from '../actions/action.js';
import type { Failure } from './error-document.js';
import type { Hit } from './rule-evaluator.js';

/** How an action ended. */
type Ended = 'done' | 'interrupted' | Failure;

/** Attempts an action, with all its tries, within a span under that of its rule; what it causes elsewhere is under its own. */
export async function traceAction(
  action: CompiledAction,
  input: ActionInput,
  { rule, traceparent }: Hit,
  attempt: (input: ActionInput) => Promise<Ended>,
): Promise<Ended> {
  const attributes = {
    'thingcore.rule.name': rule.ruleName,
    'thingcore.rule.action': action.key,
    'thingcore.rule.resource': action.resource,
  };
  const span = openSpan(`action ${action.key}`, { side: 'client', parent: traceparent, attributes });
  if (span === undefined) return attempt(input);
  const ended = await span.run(() => attempt({ ...input, traceparent: traceparentOf(span) }));
  if (ended === 'interrupted') span.note({ 'thingcore.rule.interrupted': true });
  span.end(typeof ended === 'object' ? ended.error : undefined);
  return ended;
}
