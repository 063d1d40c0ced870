/** The value of an environment variable that the run's setup provides; throws when it did not. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests by jest`);
  return value;
}
