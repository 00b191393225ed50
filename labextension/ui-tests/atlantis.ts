import { join } from 'node:path';
import { scratchOf, TOGETHER_PORT } from './paths';

/** The port of the server whose bundle has the shape of the ensemble of 2022. */
export const ATLANTIS_PORT = TOGETHER_PORT + 1;

/** Its root. */
export const ATLANTIS_FILES = join(scratchOf(ATLANTIS_PORT), 'files');

/** Its bundle, which is made anew before it starts. */
export const ATLANTIS_BUNDLE = `${scratchOf(ATLANTIS_PORT)}-bundle`;
