import { reconcileRequest } from '../../client/commands/reconcile';
import { restorePendingRequest } from '../../client/commands/restore-pending';

describe('moveout restore-pending', () => {
  it('looks for what is pending of one project, under a workflow id of its own', () => {
    expect(restorePendingRequest('project-abc', {}, 0)).toMatchObject({
      workflowType: 'reconcile',
      workflowId: 'restore-pending/project-abc',
      input: { projectRef: 'project-abc', forgotten: 'report' },
    });
  });

  it('accepts the target as it stands with --abandon and a reason', () => {
    const { input } = restorePendingRequest('project-abc', { abandon: true, reason: 'gone' }, 0);
    expect(input).toMatchObject({ projectRef: 'project-abc', abandon: 'gone' });
  });

  it('restores what Temporal does not know any more only with --forgotten', () => {
    const { input } = restorePendingRequest('project-abc', { forgotten: true }, 0);
    expect(input).toMatchObject({ projectRef: 'project-abc', forgotten: 'restore' });
    expect(reconcileRequest({}).input).toEqual({ forgotten: 'report' });
    expect(reconcileRequest({ forgotten: true }).input).toEqual({ forgotten: 'restore' });
  });

  it.each([
    ['project-abc', { abandon: true }, '--abandon needs --reason'],
    ['project-abc', { abandon: true, reason: ' ' }, '--reason must say the reason'],
    ['project-abc', { reason: 'gone' }, '--reason is for --abandon'],
    [
      'project-abc',
      { abandon: true, reason: 'y'.repeat(501) },
      '--reason must have at most 500 characters',
    ],
    ['project-abc', { abandon: true, reason: 'gone\nand fine' }, '--reason must be one line'],
    ['project-abc', { abandon: true, reason: 'gone\u001b[2J' }, '--reason must be one line'],
    ['project-abc', { abandon: true, reason: 'gone\u2028and fine' }, '--reason must be one line'],
    ['Project', {}, '<project> must match'],
  ])('refuses %s with %j', (project, options, words) => {
    expect(() => restorePendingRequest(project, options, 0)).toThrow(words);
  });
});
