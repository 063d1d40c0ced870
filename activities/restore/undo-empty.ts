import { PROJECT_SCHEMAS } from '../../workflows/domain/names';
import { failure } from '../failure';
import { dropSchemas, presentSchemas } from '../postgres/catalog/schemas';
import { withdraw } from '../postgres/fence';
import { schemaObjectsOutsideThatDependOn } from '../postgres/schema';
import { inOwnTarget } from './in-own-target';
import type { Writer } from '../write/writing';

/**
 * Takes the schemas away that were not there before. Nothing outside them goes with them: should
 * something have come to depend on them, that is named instead.
 */
export async function undoEmpty(writer: Writer): Promise<void> {
  await inOwnTarget(writer, async (client) => {
    const outside = await schemaObjectsOutsideThatDependOn(client, PROJECT_SCHEMAS);
    if (outside.length > 0) {
      const names = [...new Set(outside.map((dependent) => dependent.object))].join(', ');
      throw failure(
        'RestoreUnproved',
        `objects of other schemas depend on auth or storage and would go with them: ${names}`,
      );
    }
    await dropSchemas(client, await presentSchemas(client, PROJECT_SCHEMAS));
    await withdraw(client, writer.runId);
  });
}
