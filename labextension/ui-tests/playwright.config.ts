import { defineConfig } from '@playwright/test';
import { PORT, SCRATCH } from './paths';

const config =
  process.env.CELLORDER_UI_TESTS_CONFIG ?? 'jupyter_server_config.py';

export default defineConfig({
  testDir: 'tests',
  reporter: 'list',
  // One server, one browser at a time: the tests share its settings and two slow cores.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    viewport: { width: 1280, height: 800 },
    video: 'off',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  },
  webServer: {
    command: `jupyter lab --config=${config} --ServerApp.port=${PORT}`,
    url: `http://127.0.0.1:${PORT}/api`,
    timeout: 90_000,
    env: {
      CELLORDER_UI_TESTS: SCRATCH,
      JUPYTER_CONFIG_DIR: `${SCRATCH}/config`,
      JUPYTER_RUNTIME_DIR: `${SCRATCH}/runtime`,
      OMP_NUM_THREADS: '1'
    }
  }
});
