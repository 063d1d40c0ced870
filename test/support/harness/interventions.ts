import { activityInfo, type Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../../activities';

export type ActivityName = keyof Activities;

/** Stands around every activity of one run: calls the real one when, and as often as, it likes. */
export type Intervene = <R>(name: ActivityName, real: () => Promise<R>) => Promise<R>;

/** Where failures of every kind are injected, by workflow id. */
export class Interventions {
  readonly #byWorkflow = new Map<string, Intervene>();

  set(workflowId: string, intervene: Intervene | undefined): void {
    if (intervene !== undefined) this.#byWorkflow.set(workflowId, intervene);
  }

  wrap(all: Activities): Activities {
    return {
      findHost: this.#around('findHost', all.findHost),
      planMigration: this.#around('planMigration', all.planMigration),
      planBackup: this.#around('planBackup', all.planBackup),
      planRestore: this.#around('planRestore', all.planRestore),
      planVerification: this.#around('planVerification', all.planVerification),
      freezeFleet: this.#around('freezeFleet', all.freezeFleet),
      readFleetPage: this.#around('readFleetPage', all.readFleetPage),
      recordEndings: this.#around('recordEndings', all.recordEndings),
      readWindow: this.#around('readWindow', all.readWindow),
      backupProject: this.#around('backupProject', all.backupProject),
      backupTarget: this.#around('backupTarget', all.backupTarget),
      findInterrupted: this.#around('findInterrupted', all.findInterrupted),
      findDrafts: this.#around('findDrafts', all.findDrafts),
      prepareTemplates: this.#around('prepareTemplates', all.prepareTemplates),
      dropTemplates: this.#around('dropTemplates', all.dropTemplates),
      abandonRestore: this.#around('abandonRestore', all.abandonRestore),
      discardBackups: this.#around('discardBackups', all.discardBackups),
      initSchema: this.#around('initSchema', all.initSchema),
      migrateAuth: this.#around('migrateAuth', all.migrateAuth),
      migrateStorage: this.#around('migrateStorage', all.migrateStorage),
      restoreRows: this.#around('restoreRows', all.restoreRows),
      finishSchema: this.#around('finishSchema', all.finishSchema),
      verifyProject: this.#around('verifyProject', all.verifyProject),
      removeMarker: this.#around('removeMarker', all.removeMarker),
      restoreProject: this.#around('restoreProject', all.restoreProject),
    };
  }

  #around<A extends readonly unknown[], R>(
    name: ActivityName,
    real: (...args: A) => Promise<R>,
  ): (...args: A) => Promise<R> {
    return async (...args) => {
      const intervene = this.#byWorkflow.get(workflowIdOf(activityInfo()));
      const call = (): Promise<R> => real(...args);
      return intervene === undefined ? call() : intervene(name, call);
    };
  }
}

/** Fails one activity without a retry, before it did anything or after all it does is done. */
export function failing(at: ActivityName, when: 'before' | 'after'): Intervene {
  return async (name, real) => {
    if (name !== at) return real();
    if (when === 'after') await real();
    throw ApplicationFailure.nonRetryable(`injected ${when} ${at}`, 'DataRejected');
  };
}

/** Does something once, right before an activity. */
export function before(at: ActivityName, act: () => Promise<unknown>): Intervene {
  return async (name, real) => {
    if (name === at) await act();
    return real();
  };
}

function workflowIdOf(info: Info): string {
  return info.workflowExecution?.workflowId ?? '';
}
