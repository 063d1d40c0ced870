import { wordsOfStep, type NextStep } from '../../workflows/domain/next-steps';
import { wrapped } from '../progress/page';

/** What is left to do by hand, each with its reason; statements stay in one line. Nothing if there is nothing. */
export function nextStepsText(steps: readonly NextStep[] = []): string {
  if (steps.length === 0) return '';
  const lines = steps.flatMap((step) => {
    const words = wordsOfStep(step);
    const first = '  [ ] ';
    return [
      'statement' in step ? `${first}${words}` : wrapped(words, first),
      wrapped(step.reason, '      '),
    ];
  });
  return [
    wrapped(
      'Left to do by hand afterwards, so that the services can start on the new database:',
      '',
    ),
    ...lines,
  ].join('\n');
}
