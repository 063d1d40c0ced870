import type { Extent } from '../../../../workflows/domain/extent';
import type { Ask, Supplement } from './supplement';
import { readColumnSettings, readInvalidNotNulls } from './columns';
import { readDetails } from './details';
import { readIdentitySequences, readTableSettings } from './tables';
import { readViewColumns } from './views';
import { readPartitionColumns } from '../partition-columns';
import { readRelationOptions } from '../relation-options';

/** Everything in the extent that pg-delta does not see and that statements can set. */
export async function readSupplements(ask: Ask, extent: Extent): Promise<readonly Supplement[]> {
  return [
    ...(await readColumnSettings(ask, extent)),
    ...(await readTableSettings(ask, extent)),
    ...(await readRelationOptions(ask, extent)),
    ...(await readIdentitySequences(ask, extent)),
    ...(await readInvalidNotNulls(ask, extent)),
    ...(await readDetails(ask, extent)),
    ...(await readViewColumns(ask, extent)),
    ...(await readPartitionColumns(ask, extent)),
  ];
}
