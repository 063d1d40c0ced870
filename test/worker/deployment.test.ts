import { deploymentIn } from '../../worker/deployment';

const environment = (name?: string, build?: string): NodeJS.ProcessEnv => ({
  ...(name !== undefined && { TEMPORAL_DEPLOYMENT_NAME: name }),
  ...(build !== undefined && { TEMPORAL_WORKER_BUILD_ID: build }),
});

describe('deploymentIn', () => {
  it('gives no version where none is named', () => {
    expect(deploymentIn(environment())).toBeUndefined();
    expect(deploymentIn(environment('', ''))).toBeUndefined();
  });

  it('gives the version that is named', () => {
    const found = deploymentIn(environment('moveout', '1.1.0'));
    expect(found).toEqual({ deploymentName: 'moveout', buildId: '1.1.0' });
  });

  it.each([
    ['moveout', undefined, 'TEMPORAL_WORKER_BUILD_ID is not'],
    [undefined, '1.1.0', 'TEMPORAL_DEPLOYMENT_NAME is not'],
    ['move.out', '1.1.0', 'no dot'],
    ['move:out', '1.1.0', 'no colon'],
    ['__moveout', '1.1.0', 'must not begin'],
  ])('refuses %s and %s, and says why', (name, build, words) => {
    expect(() => deploymentIn(environment(name, build))).toThrow(words);
  });
});
