import { defineConfig } from '@playwright/test';
import { ATLANTIS_BUNDLE, ATLANTIS_PORT } from './atlantis';
import { PORT, scratchOf, TOGETHER_PORT } from './paths';

const serverConfig =
  process.env.CELLORDER_UI_TESTS_CONFIG ?? 'jupyter_server_config.py';

/** Where a server is found. */
export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}/`;
}

/** A Jupyter server with files and settings of its own. */
export function serverAt(port: number, env: Record<string, string> = {}) {
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

const atlantis = serverAt(ATLANTIS_PORT);

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
      testIgnore: ['collaboration.spec.ts', 'atlantis.spec.ts'],
      use: { baseURL: urlOf(PORT) }
    },
    {
      name: 'together',
      testMatch: 'collaboration.spec.ts',
      use: { baseURL: urlOf(TOGETHER_PORT) }
    },
    {
      name: 'atlantis',
      testMatch: 'atlantis.spec.ts',
      use: { baseURL: urlOf(ATLANTIS_PORT) }
    }
  ],
  webServer: [
    serverAt(PORT),
    serverAt(TOGETHER_PORT, { CELLORDER_UI_TESTS_TOGETHER: '1' }),
    {
      ...atlantis,
      // The bundle is made first, by torch.
      command: `python make_atlantis_bundle.py ${ATLANTIS_BUNDLE} && exec ${atlantis.command} --CellOrder.bundle=${ATLANTIS_BUNDLE}`,
      timeout: 180_000
    }
  ]
});
