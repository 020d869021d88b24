import { defineConfig } from 'vitest/config'

// Tests import packages by their names and run from sources, without a build.
export default defineConfig({
  resolve: { conditions: ['provloom-source'] },
  ssr: { resolve: { conditions: ['provloom-source'], externalConditions: ['provloom-source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
