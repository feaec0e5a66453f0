import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need a Docker engine: make test-compose.
    exclude: ['test/compose/**'],
    // A process started from a worker thread dies with the thread (PR_SET_PDEATHSIG follows the thread), so tests run in processes.
    pool: 'forks',
    // Two tests that load the machine at once would disturb each other's measurements.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
