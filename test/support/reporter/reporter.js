// Prints one line a test file, the failures in full, and last of all the one line of figures.
const path = require('node:path');

class Reporter {
  #root;
  #failures = [];

  constructor(globalConfig) {
    this.#root = globalConfig.rootDir;
  }

  onTestResult(test, result) {
    const file = path.relative(this.#root, test.path);
    const seconds = ((result.perfStats.end - result.perfStats.start) / 1000).toFixed(1);
    const { passed, failed, skipped } = figuresOf(result);
    print(
      `${failed > 0 ? 'FAIL' : 'ok  '} ${file} (${figures(passed, failed, skipped)}; ${seconds} s)`,
    );
    printConsole(result.console ?? []);
    if (!result.failureMessage) return;
    this.#failures.push(`${file}\n${result.failureMessage}`);
    print(result.failureMessage);
  }

  onRunComplete(_contexts, results) {
    if (this.#failures.length > 1) {
      print(`\nAll failures once more:\n\n${this.#failures.join('\n')}`);
    }
    if (results.numTotalTests === 0) print('No test was run.');
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    print(`\n${figures(results.numPassedTests, failed, skipped)}`);
  }
}

// A file that could not be run at all counts as one failure.
function figuresOf(result) {
  const failed = result.numFailingTests + (result.testExecError ? 1 : 0);
  const skipped = result.numPendingTests + result.numTodoTests;
  return { passed: result.numPassingTests, failed, skipped };
}

function figures(passed, failed, skipped) {
  const end = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed} failed${end}`;
}

function printConsole(entries) {
  for (const { type, message } of entries) {
    print(`     console.${type}: ${message.replaceAll('\n', '\n     ')}`);
  }
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

module.exports = Reporter;
