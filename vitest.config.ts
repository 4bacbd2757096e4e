import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['tests/unit-web/**/*.test.ts'], environment: 'node' },
});
