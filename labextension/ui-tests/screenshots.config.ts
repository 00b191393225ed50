import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** Makes the pictures of the documentation anew: `jlpm screenshots`. */
export default defineConfig({
  ...tests,
  testMatch: '*.screenshots.ts',
  projects: tests.projects?.slice(0, 1)
});
