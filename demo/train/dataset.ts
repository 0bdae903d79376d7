// Turns a set of pictures into what a run trains and tests on: split, normalisation, fingerprint; no files, no engine.
import { createHash } from 'node:crypto';
import { permutation } from '../../src/data/index.ts';
import { type Normalisation, PIXELS, type PictureSet, type Split, type TrainData } from './types.ts';

/** Share of each class that is kept for testing. */
export const TEST_SHARE = 0.2;
const SPLIT_STREAM = 0x5711;

/**
 * Splits a set by seed, class by class, so that both parts hold the classes in the same shares.
 * Every class gives at least one picture to each part; both lists are in ascending order.
 */
export function splitSet(labels: Int32Array, classes: number, seed: number): Split {
  const train: number[] = [];
  const test: number[] = [];
  for (let label = 0; label < classes; label++) {
    const members: number[] = [];
    labels.forEach((value, i) => {
      if (value === label) members.push(i);
    });
    const testCount = Math.min(members.length - 1, Math.max(1, Math.round(members.length * TEST_SHARE)));
    permutation(members.length, seed, SPLIT_STREAM + label).forEach((at, place) => {
      (place < testCount ? test : train).push(members[at] ?? 0);
    });
  }
  return { train: Uint32Array.from(train).sort(), test: Uint32Array.from(test).sort() };
}

/** Mean and standard deviation of all training pixels on the scale 0…1; a flat set gets std 1. */
export function measure(pixels: Uint8Array): Normalisation {
  let sum = 0;
  let squares = 0;
  for (const value of pixels) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length / 255;
  const variance = squares / pixels.length / 255 ** 2 - mean * mean;
  const std = Math.sqrt(Math.max(0, variance));
  return { mean, std: std > 1e-6 ? std : 1 };
}

function gather(set: PictureSet, which: Uint32Array): { pixels: Uint8Array; labels: Int32Array } {
  const pixels = new Uint8Array(which.length * PIXELS);
  which.forEach((picture, i) => {
    pixels.set(set.pixels.subarray(picture * PIXELS, (picture + 1) * PIXELS), i * PIXELS);
  });
  return { pixels, labels: Int32Array.from(which, (picture) => set.labels[picture] ?? 0) };
}

/** Copies the two parts of a split out of the set. */
export function trainData(set: PictureSet, split: Split): TrainData {
  const train = gather(set, split.train);
  const test = gather(set, split.test);
  return {
    trainPixels: train.pixels,
    trainLabels: train.labels,
    testPixels: test.pixels,
    testLabels: test.labels,
  };
}

/** A hash of pictures, labels and class names: a resumed run must see exactly the data it began with. */
export function fingerprint(set: PictureSet): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(set.classNames));
  hash.update(new Uint8Array(set.labels.buffer, set.labels.byteOffset, set.labels.byteLength));
  hash.update(set.pixels);
  return hash.digest('hex');
}
