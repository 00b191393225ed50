import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The port of the test server. */
export const PORT = Number(process.env.CELLORDER_UI_TESTS_PORT ?? 18899);

/** Where the test server keeps notebooks and settings; it empties the folder when it starts. */
export const SCRATCH = join(tmpdir(), `jupyter-cellorder-ui-tests-${PORT}`);

/** The server's root. */
export const FILES = join(SCRATCH, 'files');

/** JupyterLab's user settings. */
export const SETTINGS = join(SCRATCH, 'settings');

/** What the server tried to reach beyond this machine. */
export const REFUSED = join(SCRATCH, 'refused');

const ROOT = join(__dirname, '..', '..');

/** The example notebooks that ship with the package. */
export const EXAMPLES = join(ROOT, 'jupyter_cellorder', 'examples');

/** Where the screenshots for the documentation go. */
export const SCREENSHOTS = join(ROOT, 'docs', 'screenshots');
