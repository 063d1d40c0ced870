import type { Problem } from './plan';

/** What a check has to say: what stops the plan, and what is only said. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** The findings of several checks in one, in their order. */
export function mergeFindings(all: readonly Findings[]): Findings {
  return {
    problems: all.flatMap(({ problems }) => problems),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** What a check gives that found nothing. */
export const NO_FINDINGS: Findings = { problems: [], warnings: [] };

/** What stops the plan, under one code. */
export function problem(code: string, messages: readonly string[]): Findings {
  return { problems: messages.map((message) => ({ code, message })), warnings: [] };
}

/** What is said and stops nothing, under one code. */
export function warning(code: string, messages: readonly string[]): Findings {
  return { problems: [], warnings: messages.map((message) => ({ code, message })) };
}

/** A list for people: at most this many, then how many more. */
export function listed(items: readonly string[], separator: string, most = 10): string {
  const shown = items.slice(0, most).join(separator);
  const more = items.length - most;
  return more > 0 ? `${shown}${separator}and ${String(more)} more` : shown;
}
