/** One step of a test that tells a story; its failure names the step. */
export async function step<T>(name: string, take: () => Promise<T>): Promise<T> {
  try {
    return await take();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`step "${name}": ${reason}`, { cause: error });
  }
}
