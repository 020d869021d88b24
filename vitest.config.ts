import { defineConfig } from 'vitest/config'
import { effort } from './test/support/effort.ts'
import { LongestFirst } from './test/support/longest-first.ts'
import { SkippedReporter } from './test/support/skipped-reporter.ts'

// Tests import packages by their names and run from sources, without a build.
export default defineConfig({
  resolve: { conditions: ['provloom-source'] },
  ssr: { resolve: { conditions: ['provloom-source'], externalConditions: ['provloom-source'] } },
  test: {
    env: { PROVLOOM_NO_MACHINE: '1' },
    testTimeout: 120_000 * effort,
    hookTimeout: 60_000,
    pool: 'forks',
    // More than two cores need, for many tests wait for processes.
    maxWorkers: 6,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new SkippedReporter()],
    // Tests leave nothing behind in their process: files share one, which saves its start.
    isolate: false,
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
  },
})
