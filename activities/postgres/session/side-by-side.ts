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
