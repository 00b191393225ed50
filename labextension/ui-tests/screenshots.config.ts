import { defineConfig } from '@playwright/test';
import { PORT } from './paths';
import tests, { serverAt, urlOf } from './playwright.config';

/** Makes the pictures of the documentation anew: `jlpm screenshots`. */
export default defineConfig({
  ...tests,
  testMatch: '*.screenshots.ts',
  projects: undefined,
  use: { ...tests.use, baseURL: urlOf(PORT) },
  webServer: serverAt(PORT)
});
