import type { TrialContext } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import type { ExternalFunctions } from '#thingcore/rules-sql';

/** Look-ups that answer what a trial says they answer, and otherwise that there is no such thing. Nothing is asked. */
export function stubFunctions({ stubs = {} }: TrialContext): Partial<ExternalFunctions> {
  const { lambda, dynamodb, shadows, secrets, registry, machinelearning } = stubs;
  const answer = (value: JsonValue | undefined) => Promise.resolve(value);
  return {
    aws_lambda: ({ functionArn }) => answer(lambda?.[functionArn]),
    get_dynamodb: ({ table, partitionKey, sortKey }) => {
      const isWanted = (item: Record<string, JsonValue>) =>
        item[partitionKey.name] === partitionKey.value &&
        (sortKey === undefined || item[sortKey.name] === sortKey.value);
      return answer(dynamodb?.[table]?.find(isWanted));
    },
    get_thing_shadow: ({ thingName, shadowName }) => answer(shadows?.[thingName]?.[shadowName ?? '']),
    get_secret: ({ secretId }) => {
      const secret = secrets?.[secretId];
      return Promise.resolve({ secretString: secret?.SecretString, secretBinary: secret?.SecretBinary });
    },
    get_registry_data: ({ api, thingName }) => answer(registry?.[api]?.[thingName]),
    machinelearning_predict: ({ modelId }) => answer(machinelearning?.[modelId]),
  };
}
