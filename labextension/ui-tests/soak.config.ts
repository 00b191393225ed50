import { defineConfig } from '@playwright/test';
import { PORT } from './paths';
import tests, { serverAt, urlOf } from './playwright.config';

/** The long tests, on notebooks of 1,000 cells: `jlpm soak`. */
export default defineConfig({
  ...tests,
  testMatch: '*.soak.ts',
  projects: undefined,
  use: { ...tests.use, baseURL: urlOf(PORT) },
  webServer: serverAt(PORT),
  timeout: 600_000
});
