import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The port of the test server. */
export const PORT = Number(process.env.CELLORDER_UI_TESTS_PORT ?? 18899);

/** The port of the server on which people work together. */
export const TOGETHER_PORT = PORT + 1;

/** Where a test server keeps notebooks and settings; it empties the folder when it starts. */
export function scratchOf(port: number): string {
  return join(tmpdir(), `jupyter-cellorder-ui-tests-${port}`);
}

const SCRATCH = scratchOf(PORT);

/** The server's root. */
export const FILES = join(SCRATCH, 'files');

/** The root of the server on which people work together. */
export const TOGETHER_FILES = join(scratchOf(TOGETHER_PORT), 'files');

/** JupyterLab's user settings. */
export const SETTINGS = join(SCRATCH, 'settings');

/** What the server tried to reach beyond this machine. */
export const REFUSED = join(SCRATCH, 'refused');

const ROOT = join(__dirname, '..', '..');

/** The example notebooks that ship with the package. */
export const EXAMPLES = join(ROOT, 'jupyter_cellorder', 'examples');

/** Where the screenshots for the documentation go. */
export const SCREENSHOTS = join(ROOT, 'docs', 'screenshots');

/** Where the frames of the animation go, from which `scripts/animate.py` makes it. */
export const FRAMES = join(tmpdir(), `jupyter-cellorder-frames-${PORT}`);
