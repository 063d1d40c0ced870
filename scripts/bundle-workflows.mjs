// Bundles the compiled workflows once, at build time, so that no worker has to do it when it starts.
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const bundle = await bundleWorkflowCode({
  workflowsPath: path.join(dist, 'workflows', 'index.js'),
  // Loaded once, not once for each cached workflow.
  preloadModules: ['zod/mini'],
  logger: new DefaultLogger('WARN', ({ level, message }) => {
    process.stderr.write(`moveout: workflow bundle: ${level}: ${message}\n`);
  }),
});
const place = path.join(dist, 'workflow-bundle.js');
writeFileSync(`${place}.part`, bundle.code);
renameSync(`${place}.part`, place);
