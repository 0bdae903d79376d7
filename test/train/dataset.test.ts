// Splitting and measuring a set of pictures.
import { describe, expect, it } from 'vitest';
import { fingerprint, measure, splitSet, trainData } from '../../demo/train/dataset.ts';
import { drawPortraits } from '../../demo/train/source.ts';
import { PIXELS, type PictureSet } from '../../demo/train/types.ts';

const labels = Int32Array.from({ length: 103 }, (_, i) => (i % 10 === 0 ? 1 : 0));

describe('splitSet', () => {
  it('uses every picture once and keeps the shares of the classes', () => {
    const { train, test } = splitSet(labels, 2, 5);
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: 103 }, (_, i) => i));
    expect(test.filter((i) => labels[i] === 1).length).toBe(2);
    expect(test.filter((i) => labels[i] === 0).length).toBe(18);
    expect([...train]).toEqual([...train].sort((a, b) => a - b));
  });

  it('depends on the seed alone', () => {
    expect(splitSet(labels, 2, 5)).toEqual(splitSet(labels, 2, 5));
    expect(splitSet(labels, 2, 6).test).not.toEqual(splitSet(labels, 2, 5).test);
  });

  it('gives both parts a picture of the smallest class', () => {
    const { train, test } = splitSet(Int32Array.from([0, 0, 1, 1, 2, 2]), 3, 1);
    expect([train.length, test.length]).toEqual([3, 3]);
  });
});

describe('measure and trainData', () => {
  it('finds mean and deviation on the scale 0…1', () => {
    expect(measure(Uint8Array.from([0, 255, 0, 255]))).toEqual({ mean: 0.5, std: 0.5 });
    expect(measure(new Uint8Array(64).fill(51))).toEqual({ mean: 0.2, std: 1 });
  });

  it('copies the right pictures', () => {
    const pixels = new Uint8Array(3 * PIXELS);
    [7, 8, 9].forEach((grey, i) => pixels.fill(grey, i * PIXELS, (i + 1) * PIXELS));
    const set: PictureSet = {
      title: 't',
      kind: 'folder',
      classNames: ['a', 'b'],
      pixels,
      labels: Int32Array.from([0, 1, 0]),
      names: ['x', 'y', 'z'],
      attributes: {},
    };
    const data = trainData(set, { train: Uint32Array.from([2, 0]), test: Uint32Array.from([1]) });
    expect([data.trainPixels[0], data.trainPixels[PIXELS], data.testPixels[PIXELS - 1]]).toEqual([9, 7, 8]);
    expect([[...data.trainLabels], [...data.testLabels]]).toEqual([[0, 0], [1]]);
    const changed = pixels.slice();
    changed[PIXELS] = 0;
    expect(fingerprint({ ...set, pixels: changed })).not.toBe(fingerprint(set));
    expect(fingerprint({ ...set, classNames: ['a', 'c'] })).not.toBe(fingerprint(set));
  });
});

describe('drawPortraits', () => {
  it('draws the same pictures for the same seed, with labels and attributes', () => {
    const set = drawPortraits(12, 3);
    expect(set.pixels).toEqual(drawPortraits(12, 3).pixels);
    expect(set.pixels).not.toEqual(drawPortraits(12, 4).pixels);
    expect(set.classNames).toEqual(['man', 'woman']);
    expect(Object.keys(set.attributes)).toContain('longHair');
    expect(new Set(set.pixels).size).toBeGreaterThan(50);
    for (const marks of Object.values(set.attributes)) expect(marks.length).toBe(12);
  });
});
