import { defineConfig } from '@playwright/test';
import { PORT, scratchOf, TOGETHER_PORT } from './paths';

const serverConfig =
  process.env.CELLORDER_UI_TESTS_CONFIG ?? 'jupyter_server_config.py';

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}/`;
}

function serverAt(port: number, env: Record<string, string> = {}) {
  const scratch = scratchOf(port);
  return {
    command: `jupyter lab --config=${serverConfig} --ServerApp.port=${port} --ServerApp.log_level=ERROR`,
    url: `${urlOf(port)}api`,
    timeout: 90_000,
    env: {
      CELLORDER_UI_TESTS: scratch,
      JUPYTER_CONFIG_DIR: `${scratch}/config`,
      JUPYTER_RUNTIME_DIR: `${scratch}/runtime`,
      OMP_NUM_THREADS: '1',
      ...env
    }
  };
}

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
  projects: [
    {
      name: 'alone',
      testIgnore: 'collaboration.spec.ts',
      use: { baseURL: urlOf(PORT) }
    },
    {
      name: 'together',
      testMatch: 'collaboration.spec.ts',
      use: { baseURL: urlOf(TOGETHER_PORT) }
    }
  ],
  webServer: [
    serverAt(PORT),
    serverAt(TOGETHER_PORT, { CELLORDER_UI_TESTS_TOGETHER: '1' })
  ]
});
