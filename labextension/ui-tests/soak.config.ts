import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** The long tests, on notebooks of 1,000 cells: `jlpm soak`. */
export default defineConfig({
  ...tests,
  testMatch: '*.soak.ts',
  projects: tests.projects?.slice(0, 1),
  timeout: 600_000
});
