/** A promise that its maker settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

/** Makes one. A rejection that nobody awaits ends no process. */
export function deferred<T>(): Deferred<T> {
  const parts: Pick<Deferred<T>, 'resolve' | 'reject'>[] = [];
  const promise = new Promise<T>((resolve, reject) => {
    parts.push({ resolve, reject });
  });
  promise.catch(() => undefined);
  const [first] = parts;
  if (first === undefined) throw new Error('a promise runs its executor at once');
  return { promise, ...first };
}
