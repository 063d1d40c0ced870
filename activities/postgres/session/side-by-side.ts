/**
 * Runs each task once, side by side on the sessions given: one that is free takes the next task, in their order.
 * Gives the results in the order of the tasks. The first failure is thrown at once and no further task
 * begins; the caller closes the sessions, which ends what still runs on them.
 */
export async function sideBySide<Session, Task, Result>(
  sessions: readonly Session[],
  tasks: readonly Task[],
  run: (session: Session, task: Task) => Promise<Result>,
): Promise<readonly Result[]> {
  const waiting = tasks.map((task, place) => ({ task, place })).values();
  const results = new Map<number, Result>();
  let hasFailed = false;
  const work = async (session: Session): Promise<void> => {
    for (const { task, place } of waiting) {
      if (hasFailed) return;
      try {
        results.set(place, await run(session, task));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(sessions.map(work));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

/** Work that one session does; what it answers with can be done from then on. */
export type Work<Session> = (session: Session) => Promise<readonly Work<Session>[]>;

/**
 * Does all work, and all that comes of it, side by side on the sessions given: one that is free takes what comes
 * next. What comes of a piece of work goes before what waits already. The first failure is thrown at once and nothing
 * further begins; the caller closes the sessions, which ends what still runs on them.
 */
export async function workTogether<Session>(
  sessions: readonly Session[],
  first: readonly Work<Session>[],
): Promise<void> {
  const waiting = [...first];
  const shared = { busy: 0, hasFailed: false };
  const idle: (() => void)[] = [];
  const take = async (session: Session, work: Work<Session>): Promise<void> => {
    shared.busy += 1;
    try {
      waiting.unshift(...(await work(session)));
    } catch (error) {
      shared.hasFailed = true;
      throw error;
    } finally {
      shared.busy -= 1;
      for (const wake of idle.splice(0)) wake();
    }
  };
  const serve = async (session: Session): Promise<void> => {
    for (;;) {
      const work = shared.hasFailed ? undefined : waiting.shift();
      if (work !== undefined) await take(session, work);
      else if (shared.busy === 0 || shared.hasFailed) return;
      else await new Promise<void>((resolve) => void idle.push(resolve));
    }
  };
  await Promise.all(sessions.map(serve));
}
