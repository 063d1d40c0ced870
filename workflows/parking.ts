import { condition, defineUpdate, setHandler } from '@temporalio/workflow';

/** Asks a parked run to try its restore again. */
const retryRestore = defineUpdate<string>('retryRestore');

/** Tells a parked run that its restore is given up, and why; the target stays as it is. */
const abandonRestore = defineUpdate<string, [reason: string]>('abandonRestore');

/** What an operator decided about a parked run. */
export type Decision =
  { readonly kind: 'retry' } | { readonly kind: 'abandon'; readonly reason: string };

/** Where a run waits for an operator. What is sent while it does not wait is refused. */
export class Parking {
  #isParked = false;
  #decision: Decision = { kind: 'retry' };

  constructor() {
    setHandler(retryRestore, () => this.#decide({ kind: 'retry' }, 'the restore is tried again'), {
      description: 'Tries the restore of a parked run again.',
      validator: () => this.#assertParked(),
    });
    setHandler(
      abandonRestore,
      (reason) =>
        this.#decide(
          { kind: 'abandon', reason },
          'the restore is given up; the target stays as it is',
        ),
      {
        description: 'Gives the restore of a parked run up; the target stays as it is.',
        validator: (reason?: unknown, ...more: unknown[]) => {
          this.#assertParked();
          if (more.length === 0 && typeof reason === 'string' && reason.trim() !== '') return;
          throw new Error('abandonRestore needs the reason, as one text');
        },
      },
    );
  }

  /** Waits for a decision, without end. */
  async decision(): Promise<Decision> {
    this.#isParked = true;
    await condition(() => !this.#isParked);
    return this.#decision;
  }

  #decide(decision: Decision, answer: string): string {
    this.#decision = decision;
    this.#isParked = false;
    return answer;
  }

  #assertParked(): void {
    if (!this.#isParked) throw new Error('this run is not parked: there is nothing to decide');
  }
}
