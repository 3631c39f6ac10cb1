import type { CommandContext } from '../command-context.js';
import { table } from '../output.js';

/** Shows where the platform is, and who is asking. */
export async function showEndpoints(context: CommandContext): Promise<void> {
  const api = await context.api();
  const { me } = await api.run<{ me: { name: string; role: string } }>('{ me { name role } }');
  const { endpoints } = api.instance;
  const rows = Object.entries(endpoints).map(([name, url]) => [name, String(url)]);
  context.output.result({ endpoints, caller: me }, [
    ...table(['ENDPOINT', 'URL'], rows),
    '',
    `You are "${me.name}", with the role ${me.role}.`,
  ]);
}
