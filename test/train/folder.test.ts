// Reading the user's pictures: formats, sizes, links, broken files, and the errors before anything is trained.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFolder, readPicture } from '../../demo/train/folder.ts';
import { PIXELS, RunError, SIDE } from '../../demo/train/types.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wgrad-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Writes a plain grey picture of the given size; the name's ending gives the format. */
async function picture(name: string, grey = 100, width = 40, height = 30): Promise<string> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  const background = { r: grey, g: grey, b: grey };
  await sharp({ create: { width, height, channels: 3, background } }).toFile(path);
  return path;
}

async function refusal(path = root): Promise<string> {
  const error: unknown = await readFolder(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RunError)) throw new Error(`expected a RunError, got ${String(error)}`);
  expect(error.exitCode).toBe(2);
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('readPicture', () => {
  it.each(['a.png', 'a.jpg', 'a.webp'])('decodes %s to grey', async (name) => {
    const pixels = await readPicture(await picture(name, 180, 300, 77));
    expect(pixels.length).toBe(PIXELS);
    for (const value of pixels) expect(Math.abs(value - 180)).toBeLessThanOrEqual(2);
  });

  it('takes the central square of a wide picture', async () => {
    // Left third black, middle third white, right third black: only the middle is to be seen.
    const third = { create: { width: 60, height: 60, channels: 3, background: '#fff' } } as const;
    const path = join(root, 'wide.png');
    await sharp({ create: { width: 180, height: 60, channels: 3, background: '#000' } })
      .composite([{ input: await sharp(third).png().toBuffer(), left: 60, top: 0 }])
      .toFile(path);
    const pixels = await readPicture(path);
    const inner = (x: number): number => pixels[(SIDE / 2) * SIDE + x] ?? 0;
    expect([inner(3), inner(SIDE / 2), inner(SIDE - 4)]).toEqual([255, 255, 255]);
  });

  it('keeps rows and columns apart, weighs colours, and lays transparency on white', async () => {
    const red = Buffer.from([255, 0, 0, 255]);
    const clear = Buffer.from([0, 0, 0, 0]);
    const path = join(root, 'rgba.png');
    // Top row red, bottom row transparent black.
    const data = Buffer.concat([red, red, clear, clear]);
    await sharp(data, { raw: { width: 2, height: 2, channels: 4 } })
      .resize(256, 256, { kernel: 'nearest' })
      .png()
      .toFile(path);
    const pixels = await readPicture(path);
    expect(pixels[5 * SIDE + 64]).toBeGreaterThan(40);
    expect(pixels[5 * SIDE + 64]).toBeLessThan(140);
    expect(pixels[(SIDE - 5) * SIDE + 64]).toBe(255);
  });

  it('turns a picture as its camera says', async () => {
    const path = join(root, 'turned.jpg');
    const left = { create: { width: 64, height: 128, channels: 3, background: '#fff' } } as const;
    await sharp({ create: { width: 128, height: 128, channels: 3, background: '#000' } })
      .composite([{ input: await sharp(left).png().toBuffer(), left: 0, top: 0 }])
      .withMetadata({ orientation: 6 }) // to be turned a quarter clockwise: left comes to the top
      .jpeg()
      .toFile(path);
    const pixels = await readPicture(path);
    expect(pixels[10 * SIDE + 100]).toBeGreaterThan(240);
    expect(pixels[118 * SIDE + 20]).toBeLessThan(15);
  });

  it('takes 16-bit pictures', async () => {
    const path = join(root, 'deep.png');
    const data = new Uint16Array(32 * 32).fill(0x8080);
    await sharp(data, { raw: { width: 32, height: 32, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(path);
    const pixels = await readPicture(path);
    expect(Math.abs((pixels[0] ?? 0) - 128)).toBeLessThanOrEqual(1);
  });
});

describe('readFolder', () => {
  it('reads classes and pictures in the order of their names', async () => {
    await picture('frog/2.webp', 20);
    await picture('frog/1.PNG.png', 10);
    await picture('bird/b.jpeg', 30);
    await picture('bird/a.jpg', 40);
    const { set, skipped } = await readFolder(root);
    expect(skipped).toEqual([]);
    expect(set.classNames).toEqual(['bird', 'frog']);
    expect(set.names).toEqual(['bird/a.jpg', 'bird/b.jpeg', 'frog/1.PNG.png', 'frog/2.webp']);
    expect([...set.labels]).toEqual([0, 0, 1, 1]);
    const firsts = set.names.map((_, i) => set.pixels[i * PIXELS] ?? 0);
    [40, 30, 10, 20].forEach((grey, i) => {
      expect(Math.abs((firsts[i] ?? 0) - grey)).toBeLessThanOrEqual(2);
    });
  });

  it('names broken pictures and goes on', async () => {
    for (const name of ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']) await picture(name);
    await writeFile(join(root, 'a/broken.jpg'), 'no picture at all');
    await writeFile(join(root, 'a/empty.png'), '');
    const whole = await sharp({ create: { width: 90, height: 90, channels: 3, background: '#456' } })
      .png()
      .toBuffer();
    await writeFile(join(root, 'b/cut.png'), whole.subarray(0, whole.length / 2));
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#456' } })
      .gif()
      .toFile(join(root, 'b/really-a.gif'));
    await writeFile(
      join(root, 'b/gif.png'),
      await sharp(join(root, 'b/really-a.gif')).toFormat('gif').toBuffer(),
    );
    const { set, skipped } = await readFolder(root);
    expect(set.names.length).toBe(4);
    expect(skipped.map((one) => one.name)).toEqual(['a/broken.jpg', 'a/empty.png', 'b/cut.png', 'b/gif.png']);
    for (const { reason } of skipped) expect(reason.length).toBeGreaterThan(5);
    expect(skipped[3]?.reason).toContain('gif');
  });

  it('follows links to folders and files, and passes hidden and other files over', async () => {
    for (const name of ['store/x/1.png', 'store/x/2.png', 'store/y/1.png', 'store/y/2.png'])
      await picture(name);
    const links = join(root, 'links');
    await mkdir(join(links, 'y'), { recursive: true });
    await symlink(join(root, 'store/x'), join(links, 'x'));
    await symlink(join(root, 'store/y/1.png'), join(links, 'y/one.png'));
    await symlink(join(root, 'store/y/2.png'), join(links, 'y/two.png'));
    await symlink(join(root, 'store/y/none.png'), join(links, 'y/gone.png'));
    await picture('links/.hidden/1.png');
    await picture('links/y/.hidden.png');
    await writeFile(join(links, 'y/notes.txt'), 'not a picture');
    await writeFile(join(links, 'readme.md'), 'nor this');
    const { set, skipped } = await readFolder(links);
    expect(set.names).toEqual(['x/1.png', 'x/2.png', 'y/one.png', 'y/two.png']);
    expect(skipped.map((one) => one.name)).toEqual(['y/gone.png']);
  });

  it('refuses a missing folder, a file, no classes, one class', async () => {
    expect(await refusal(join(root, 'nowhere'))).toContain('there is no folder');
    expect(await refusal(await picture('one.png'))).toContain('is a file');
    expect(await refusal()).toContain('1 pictures lie directly in it');
    await picture('only/1.png');
    expect(await refusal()).toContain('a single class (only)');
  });

  it('refuses an empty class, one of broken pictures, one with a single picture', async () => {
    for (const name of ['a/1.png', 'a/2.png']) await picture(name);
    await mkdir(join(root, 'b'));
    expect(await refusal()).toContain('class b is empty: no PNG, JPEG or WebP');
    await writeFile(join(root, 'b/1.png'), 'broken');
    expect(await refusal()).toContain('class b is empty: none of its pictures can be read');
    await picture('b/2.png');
    expect(await refusal()).toContain('class b has one usable picture');
  });
});
