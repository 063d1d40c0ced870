import type { Command } from 'commander';
import { moveoutCommand, scriptCommand } from '../../client/commands';
import { ENVIRONMENT } from '../../worker/environment-words';
import { codeBlock, markdownTable } from './markdown';

const HEAD = `# Commands

This page is written by \`npm run docs\` from the commands themselves; \`moveout <command> --help\` says the same.
In a clone, \`npm run --silent moveout -- <command>\` stands for \`moveout <command>\`.`;

/** The page of every command: what it does, how it is called, its options, an example. */
export function cliPage(): string {
  const moveout = moveoutCommand();
  const environment = markdownTable(
    ['variable', 'meaning'],
    Object.entries(ENVIRONMENT).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
  const parts = [
    HEAD,
    codeBlock(textAfterHelp(moveout)),
    ...leavesOf(moveout).map((command) => section(command)),
    section(scriptCommand(), 'The same as one script, `npm run migrate-project -- [options]`.'),
    `## Environment\n\n${environment}`,
    'The variables and profiles of the Temporal CLI say where Temporal is: [configuration](configuration.md#tls). Each variable that holds a secret may stand in the file `.env` or have a `_FILE` beside it: [secrets](configuration.md#secrets).',
  ];
  return `${parts.join('\n\n')}\n`;
}

function section(command: Command, about?: string): string {
  const help = command.createHelp();
  const example = about === undefined ? textAfterHelp(command) : '';
  const named = [
    ...help.visibleArguments(command).map((one) => [`\`<${one.name()}>\``, one.description]),
    ...help
      .visibleOptions(command)
      .filter((option) => option.long !== '--help')
      .map((option) => [`\`${help.optionTerm(option)}\``, help.optionDescription(option)]),
  ];
  const usage = help.commandUsage(command);
  return [
    `## ${pathOf(command)}`,
    `${sentence(command.description())}${about === undefined ? '' : ` ${about}`}`,
    codeBlock(usage),
    ...(named.length === 0 ? [] : [markdownTable(['option', 'meaning'], named)]),
    ...(example === '' ? [] : [codeBlock(example.replace(/^Example:\s*/, ''))]),
  ].join('\n\n');
}

/** What a command's help says below its options. */
function textAfterHelp(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text.slice(command.helpInformation().length).trim();
}

function leavesOf(command: Command): readonly Command[] {
  const below = command.commands.filter((one) => one.name() !== 'help');
  return below.length === 0 ? [command] : below.flatMap(leavesOf);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
