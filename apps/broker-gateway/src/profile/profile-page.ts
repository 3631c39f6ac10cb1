import { limitText } from './limit-text.js';
import { PROFILE_SECTIONS } from './profile-entries.js';
import type { ProfileEntry, ProfileValue } from './profile-entry.js';
import { profileSettings } from './profile.settings.js';

/** The page `docs/broker-profiles.md`: everything that profiles say, with its source. */
export function profilePage(): string {
  const sections = Object.entries(PROFILE_SECTIONS).map(([title, entries]) =>
    [
      `## ${title}`,
      '',
      '| name | what | aws | mqtt | beyond it | source | setting |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...Object.entries(entries).map(([name, entry]) => row(name, entry)),
      '',
    ].join('\n'),
  );
  return [
    '# Broker profiles',
    '',
    '`THINGCORE_BROKER_PROFILE` chooses the dialect of MQTT that devices are spoken to: `aws`, the default, has the rules and',
    'limits that AWS IoT Core documents; `mqtt` has those of the standard, for fleets that never saw AWS. Everything in which',
    'they differ stands here, and nothing else in the broker depends on the profile.',
    '',
    'A limit with a setting of its own is changed by that. All limits, that is all numbers, can be changed by their names in',
    '`THINGCORE_BROKER_LIMITS`, such as `publishesPerSecond=1000, topicAliasMaximum=16`. `unlimited` is the word for none.',
    'Rates hold for each node.',
    '',
    ...sections,
  ].join('\n');
}

function row(name: string, entry: ProfileEntry<ProfileValue>): string {
  const { what, aws, mqtt, effect, source } = entry;
  const cells = [`\`${name}\``, what, text(aws), text(mqtt), effect ?? '', source, settingOf(name)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '\\<')).join(' | ')} |`;
}

function text(value: ProfileValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? limitText(value) : value;
}

function settingOf(name: string): string {
  const found = Object.entries(profileSettings).find(([key]) => key === name);
  return found === undefined ? '' : `\`${found[1].name}\``;
}
