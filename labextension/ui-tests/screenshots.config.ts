import { defineConfig } from '@playwright/test';
import tests, { alone } from './playwright.config';

/** Makes the pictures of the documentation anew: `jlpm screenshots`. */
export default defineConfig({
  ...tests,
  projects: undefined,
  testMatch: '*.screenshots.ts',
  webServer: alone
});
