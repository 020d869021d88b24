import { defineConfig } from 'vitest/config'
import { effort } from './test/support/effort.ts'
import { LongestFirst } from './test/support/longest-first.ts'
import { SkippedReporter } from './test/support/skipped-reporter.ts'

/** Tests of one package leave nothing behind in their process: they share one, which saves its start. */
const units = ['packages/{prov,shared,rundir,graph,aggregator,agent}/test/**/*.test.ts']

// Tests import packages by their names and run from sources, without a build.
export default defineConfig({
  resolve: { conditions: ['provloom-source'] },
  ssr: { resolve: { conditions: ['provloom-source'], externalConditions: ['provloom-source'] } },
  test: {
    testTimeout: 120_000 * effort,
    hookTimeout: 60_000,
    pool: 'forks',
    // More than two cores need, for many tests wait for processes.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new SkippedReporter()],
    projects: [
      { extends: true, test: { name: 'units', include: units, isolate: false } },
      {
        extends: true,
        test: { name: 'programs', include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'], exclude: units },
      },
    ],
  },
})
