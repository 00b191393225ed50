import { defineConfig } from '@playwright/test';
import { PORT, SCRATCH } from './paths';

const serverConfig =
  process.env.CELLORDER_UI_TESTS_CONFIG ?? 'jupyter_server_config.py';

export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  reporter: 'list',
  // One server and one browser at a time: the tests share two slow cores.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    viewport: { width: 1280, height: 800 },
    video: 'off',
    trace: 'off',
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
        '--disable-sync',
        // Whatever is not this machine cannot even be looked up.
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'
      ]
    }
  },
  webServer: {
    command: `jupyter lab --config=${serverConfig} --ServerApp.port=${PORT} --ServerApp.log_level=ERROR`,
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
