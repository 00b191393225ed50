import { readFileSync } from 'fs';
import { join } from 'path';
import { PACKAGE_VERSION } from '../version';

it('is the version of the package', () => {
  const root = join(__dirname, '..', '..', '..');
  const text = readFileSync(join(root, 'package.json'), 'utf-8');
  expect((JSON.parse(text) as { version: string }).version).toBe(
    PACKAGE_VERSION
  );
  const python = readFileSync(
    join(root, 'jupyter_cellorder', '_version.py'),
    'utf-8'
  );
  expect(python).toContain(`__version__ = "${PACKAGE_VERSION}"`);
});
