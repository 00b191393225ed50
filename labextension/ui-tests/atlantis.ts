import { join } from 'node:path';
import { PORT, SCRATCH } from './paths';

/** A second server, whose bundle has the shape of the ensemble of 2022. */
export const ATLANTIS_PORT = PORT + 1;

/** Where it keeps notebooks and settings; it empties the folder when it starts. */
export const ATLANTIS_SCRATCH = `${SCRATCH}-atlantis`;

/** Its root. */
export const ATLANTIS_FILES = join(ATLANTIS_SCRATCH, 'files');

/** Its bundle, which is made anew before it starts. */
export const ATLANTIS_BUNDLE = `${SCRATCH}-atlantis-bundle`;
