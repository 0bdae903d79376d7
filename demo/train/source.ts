// Gets the pictures of a run: drawn from the seed or read from the user's folder; it knows no training.
import { drawPortrait, portraitAttributes } from '../../src/data/index.ts';
import { readFolder } from './folder.ts';
import type { Source } from './run-folder.ts';
import { printable } from './text.ts';
import { PIXELS, type PictureSet, SIDE } from './types.ts';

/** Draws portraits 0 … count − 1 of a seed; classes 'man' (0) and 'woman' (1). */
export function drawPortraits(count: number, seed: number): PictureSet {
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
  const attributes = Object.fromEntries(portraitAttributes.map((name) => [name, new Uint8Array(count)]));
  for (let index = 0; index < count; index++) {
    const drawn = drawPortrait({ seed, index, size: SIDE });
    const to = index * PIXELS;
    for (let p = 0; p < PIXELS; p++) pixels[to + p] = Math.round((drawn.image[p] ?? 0) * 255);
    labels[index] = drawn.label;
    for (const name of portraitAttributes)
      (attributes[name] ?? labels)[index] = drawn.attributes[name] ? 1 : 0;
  }
  return {
    title: 'drawn portraits',
    kind: 'portraits',
    classNames: ['man', 'woman'],
    pixels,
    labels,
    names: Array.from({ length: count }, (_, i) => `portrait ${i}`),
    attributes,
  };
}

/** Loads the pictures and says on `say` what was found, naming each picture that had to be skipped. */
export async function loadPictures(
  source: Source,
  seed: number,
  say: (line: string) => void,
): Promise<PictureSet> {
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  if (source.kind === 'portraits') {
    const set = drawPortraits(source.count, seed);
    say(`drew ${source.count} portraits (seed ${seed}) in ${seconds()}`);
    return set;
  }
  const { set, skipped } = await readFolder(source.path);
  for (const { name, reason } of skipped) say(`skipped ${printable(name)}: ${reason}`);
  const counts = set.classNames.map(
    (className, label) => `${printable(className)} ${set.labels.filter((value) => value === label).length}`,
  );
  say(
    `read ${set.names.length} pictures from ${printable(source.path)} in ${seconds()}: ${counts.join(', ')}`,
  );
  return set;
}
