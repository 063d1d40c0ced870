/** Runs named cases, `atOnce` at a time, in their order; what became of each can be awaited by its name. */
export function inTurn<C extends { readonly name: string }, R>(
  atOnce: number,
  cases: readonly C[],
  run: (one: C) => Promise<R>,
): (name: string) => Promise<R> {
  const results = new Map<string, Promise<R>>();
  const lanes = Array.from({ length: atOnce }, (): Promise<unknown> => Promise.resolve());
  cases.forEach((one, index) => {
    const lane = index % atOnce;
    const result = (lanes[lane] ?? Promise.resolve()).then(() => run(one));
    // Whoever awaits it gets the error; the lane goes on.
    lanes[lane] = result.catch(() => undefined);
    results.set(one.name, result);
  });
  return (name) => results.get(name) ?? Promise.reject(new Error(`there is no case "${name}"`));
}
