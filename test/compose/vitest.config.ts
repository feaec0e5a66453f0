import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // As in all other tests: what a test starts dies with the process that it runs in.
    pool: 'forks',
    include: ['test/compose/**/*.test.ts'],
    // They share one engine.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
})
