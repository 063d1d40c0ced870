import type { Testbed } from './testbed';

/** Resolves once the query finds one run: what Temporal lists comes a moment after what it knows. */
export async function listed({ temporal }: Testbed, query: string): Promise<void> {
  for (;;) {
    const { count } = await temporal.workflow.count(query);
    if (count === 1) return;
  }
}
