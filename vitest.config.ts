import { defineConfig } from 'vitest/config'

/** What measures no process, or none but its own client's, and not its pace. */
const together = ['test/clients/!(pacing|sanity).test.ts', 'test/signatures/**/*.test.ts']

export default defineConfig({
  test: {
    // A process started from a worker thread dies with the thread (PR_SET_PDEATHSIG follows the thread), so tests run in processes.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: together, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          // What is in test/compose needs a Docker engine: make test-compose.
          exclude: ['test/compose/**', ...together],
          // Two tests that load the machine at once would disturb each other's measurements.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
