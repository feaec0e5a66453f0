import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

export default defineConfig({
  test: {
    ...base.test,
    include: ['test/compose/**/*.test.ts'],
    exclude: [],
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
})
