import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { WORKFLOW_TYPES } from './domain/names';

/** Stands for every workflow type that there is not: without it, a misspelt type would be tried for ever. */
export function unknownType(): Promise<never> {
  const { workflowType } = workflowInfo();
  const message = `Refused, nothing was touched: there is no workflow type "${workflowType}"; it must be one of ${WORKFLOW_TYPES.join(', ')}`;
  return Promise.reject(ApplicationFailure.nonRetryable(message, 'InvalidInput'));
}
