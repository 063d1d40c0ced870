/**
 * Runs a reading of test/support/harness against another server than the one of the whole test run.
 * Invariant: those readings look up the server's URL before they first wait for anything, so nobody
 * else can see the variable in between.
 */
export function atServer<T>(url: string, read: () => Promise<T>): Promise<T> {
  const former = process.env['MOVEOUT_TEST_POSTGRES_URL'];
  process.env['MOVEOUT_TEST_POSTGRES_URL'] = url;
  try {
    return read();
  } finally {
    if (former === undefined) delete process.env['MOVEOUT_TEST_POSTGRES_URL'];
    else process.env['MOVEOUT_TEST_POSTGRES_URL'] = former;
  }
}
