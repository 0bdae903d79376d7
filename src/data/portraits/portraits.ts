/** Portraits drawn from a seed, with labels: the data of the first lesson; no picture is read, no tensor made. */

import { develop, paintBackdrop } from './backdrop.ts';
import { paintBody } from './body.ts';
import { Canvas } from './canvas.ts';
import { paintEarrings, paintGlasses, paintHat, paintOccluder } from './extras.ts';
import { paintFace } from './face.ts';
import { paintEyes, paintMouth } from './features.ts';
import { paintBeard, paintHair, paintHairBehind } from './hair.ts';
import { makeScene } from './scene.ts';
import { attributesOf, portraitAttributes, sampleTraits, type PortraitAttribute } from './traits.ts';

export { portraitAttributes, type PortraitAttribute };

/** A set of portraits with their labels, each array in the order of the portraits. */
export interface Portraits {
  readonly count: number;
  /** Width and height in pixels. */
  readonly size: number;
  /** [count, size * size] grey values in [0, 1], row-major, 0 = black. */
  readonly images: Float32Array;
  /** [count]: 1 = woman, 0 = man. */
  readonly labels: Uint8Array;
  /** For each attribute [count]: 1 = it was drawn (though a hat or a mask may hide it). */
  readonly attributes: Readonly<Record<PortraitAttribute, Uint8Array>>;
  readonly classNames: readonly ['man', 'woman'];
}

const limit = 0xffffffff;

function checked(name: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(
    `portraits: ${name} must be a whole number from ${low} to ${high}, got ${String(value)}`,
  );
}

function drawInto(
  grey: Float32Array,
  size: number,
  seed: number,
  index: number,
): ReturnType<typeof sampleTraits> {
  const traits = sampleTraits(seed, index);
  const scene = makeScene(new Canvas(size, grey), traits);
  paintBackdrop(scene);
  paintHairBehind(scene);
  paintBody(scene);
  paintFace(scene);
  paintBeard(scene);
  paintEyes(scene);
  paintMouth(scene);
  paintGlasses(scene);
  paintHair(scene);
  paintEarrings(scene);
  paintHat(scene);
  paintOccluder(scene);
  develop(scene);
  return traits;
}

/**
 * Draws portrait `index` of a seed, always the same one.
 *
 * @param options.seed whole number, 0 … 2³² − 1.
 * @param options.index whole number, 0 … 2³² − 1.
 * @param options.size width and height in pixels, 8 … 1,024; 128 unless given.
 * @returns the image, [size * size] grey values in [0, 1], row-major; the label (1 = woman, 0 = man); what was drawn.
 * @throws RangeError for an option that is not a whole number in its range.
 */
export function drawPortrait(options: { seed: number; index: number; size?: number }): {
  image: Float32Array;
  label: 0 | 1;
  attributes: Record<PortraitAttribute, boolean>;
} {
  const seed = checked('seed', options.seed, 0, limit);
  const index = checked('index', options.index, 0, limit);
  const size = checked('size', options.size ?? 128, 8, 1024);
  const image = new Float32Array(size * size);
  const traits = drawInto(image, size, seed, index);
  return { image, label: traits.woman ? 1 : 0, attributes: attributesOf(traits) };
}

/**
 * Draws portraits `first` … `first + count − 1` of a seed, with the labels of "man or woman?" and of each attribute.
 *
 * Portrait i of a seed is the same whatever `count` and `first` are, so disjoint ranges are disjoint sets:
 * train on `{ count: 1000 }`, test on `{ count: 300, first: 1000 }`.
 *
 * @param options.count how many, 0 … 1,000,000.
 * @param options.seed whole number, 0 … 2³² − 1; 0 unless given.
 * @param options.size width and height in pixels, 8 … 1,024; 128 unless given.
 * @param options.first index of the first portrait; 0 unless given.
 * @throws RangeError for an option that is not a whole number in its range.
 */
export function portraits(options: {
  count: number;
  seed?: number;
  size?: number;
  first?: number;
}): Portraits {
  const count = checked('count', options.count, 0, 1_000_000);
  const seed = checked('seed', options.seed ?? 0, 0, limit);
  const size = checked('size', options.size ?? 128, 8, 1024);
  const first = checked('first', options.first ?? 0, 0, limit - count);
  const images = new Float32Array(count * size * size);
  const labels = new Uint8Array(count);
  const attributes = Object.fromEntries(
    portraitAttributes.map((name) => [name, new Uint8Array(count)]),
  ) as Record<PortraitAttribute, Uint8Array>;
  for (let i = 0; i < count; i++) {
    const grey = images.subarray(i * size * size, (i + 1) * size * size);
    const traits = drawInto(grey, size, seed, first + i);
    labels[i] = traits.woman ? 1 : 0;
    const drawn = attributesOf(traits);
    for (const name of portraitAttributes) attributes[name][i] = drawn[name] ? 1 : 0;
  }
  return { count, size, images, labels, attributes, classNames: ['man', 'woman'] };
}
