import { given } from '../../ground/given';

/** The workflows as they are, from the bundle that is made once for all test files of a run. */
export function bundledWorkflows(): { readonly workflowBundle: { readonly codePath: string } } {
  return { workflowBundle: { codePath: given('MOVEOUT_TEST_WORKFLOW_BUNDLE') } };
}
