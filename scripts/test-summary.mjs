// @ts-check
/**
 * Prints `N passed, M failed` from a report of vitest's json reporter, and ends with 1 unless all went well.
 *
 * Usage: node scripts/test-summary.mjs report.json
 */
import { readFileSync } from 'node:fs';

/**
 * The part of the report that is read.
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {boolean} success
 * @property {{ name: string, status: string, assertionResults: unknown[] }[]} testResults
 */

/**
 * The numbers to print. A file that could not even be loaded counts as one failed test: it has none of its own.
 * @param {Report} report
 * @returns {{ passed: number, failed: number }}
 */
export function count(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}

const [, script = '', file] = process.argv;
if (script.endsWith('test-summary.mjs')) {
  if (file === undefined) throw new Error('name the report: node scripts/test-summary.mjs report.json');
  /** @type {Report} */
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const { passed, failed } = count(report);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0 || !report.success) process.exitCode = 1;
}
