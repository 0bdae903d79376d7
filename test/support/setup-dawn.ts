/**
 * Set-up of the `dawn` lane, before each test file: says at once, and plainly, when Dawn cannot find a GPU here.
 * It leaves no global behind, since the library reaches npm's `webgpu` by itself.
 */
import { existsSync } from 'node:fs';

const driver = process.env['VK_ICD_FILENAMES'];
if (driver !== undefined && driver !== '' && !existsSync(driver)) {
  throw new Error(`VK_ICD_FILENAMES names ${driver}, which does not exist: the dawn lane has no GPU driver.`);
}
