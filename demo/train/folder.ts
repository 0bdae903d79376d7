// Reads the user's own pictures, one sub-folder per class, into grey 128 × 128 arrays; it knows no training.
// Pictures are decoded in this process and go nowhere else.
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { printable } from './text.ts';
import { PIXELS, type PictureSet, RunError, SIDE } from './types.ts';

/** Most pictures taken from a folder; 16 KB each, so about 1 GB of memory. */
export const MAX_PICTURES = 60_000;
const EXTENSIONS: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp']);
const FORMATS: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp']);
const AT_ONCE = 4;

/** A picture that could not be used, and why. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface FolderResult {
  readonly set: PictureSet;
  readonly skipped: readonly Skipped[];
}

const wrong = (message: string): RunError => new RunError(message, 2);

/**
 * Decodes one picture file.
 * Turned as its camera says, laid on white where it is transparent, the largest central square scaled to
 * SIDE × SIDE, grey. Returns PIXELS grey values; throws what the decoder says about a broken file.
 */
export async function readPicture(path: string): Promise<Uint8Array> {
  const image = sharp(path, { failOn: 'warning' });
  const { format } = await image.metadata();
  if (!FORMATS.has(format)) throw new Error(`it is ${format} inside, not PNG, JPEG or WebP`);
  const { data, info } = await image
    .rotate()
    .flatten({ background: '#fff' })
    .resize(SIDE, SIDE, { fit: 'cover', position: 'centre' })
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels * info.width * info.height !== PIXELS) {
    throw new Error(`decoding gave ${info.width} × ${info.height} × ${info.channels}`);
  }
  return data;
}

interface Listing {
  readonly classNames: readonly string[];
  /** Files of each class, sorted. */
  readonly files: readonly (readonly string[])[];
  readonly dangling: readonly Skipped[];
}

const visible = (names: readonly string[]): string[] => names.filter((name) => !name.startsWith('.')).sort();
const isPicture = (name: string): boolean => EXTENSIONS.has(extname(name).toLowerCase());

async function kindOf(path: string): Promise<'folder' | 'file' | 'nothing'> {
  try {
    const found = await stat(path); // follows links
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'nothing';
  } catch {
    return 'nothing';
  }
}

async function classFolders(root: string): Promise<string[]> {
  const shown = printable(root);
  const kind = await kindOf(root);
  if (kind === 'nothing') throw wrong(`there is no folder ${shown}`);
  if (kind === 'file') throw wrong(`${shown} is a file: --data takes a folder with one sub-folder per class`);
  const names = visible(await readdir(root));
  const folders: string[] = [];
  for (const name of names) if ((await kindOf(join(root, name))) === 'folder') folders.push(name);
  const loose = names.filter(isPicture).length;
  if (folders.length === 0) {
    const hint =
      loose > 0 ? `; ${loose} pictures lie directly in it: move each class into a folder of its own` : '';
    throw wrong(`${shown} has no sub-folders, so there are no classes${hint}`);
  }
  if (folders.length === 1) {
    throw wrong(
      `${shown} has a single class (${printable(folders[0] ?? '')}): there is nothing to tell apart`,
    );
  }
  return folders;
}

async function list(root: string): Promise<Listing> {
  const classNames = await classFolders(root);
  const files: string[][] = [];
  const dangling: Skipped[] = [];
  for (const className of classNames) {
    const names = visible(await readdir(join(root, className))).filter(isPicture);
    const good: string[] = [];
    for (const name of names) {
      const kind = await kindOf(join(root, className, name));
      if (kind === 'file') good.push(name);
      else if (kind === 'nothing')
        dangling.push({ name: `${className}/${name}`, reason: 'it cannot be opened' });
    }
    if (good.length === 0) {
      throw wrong(
        `class ${printable(className)} is empty: no PNG, JPEG or WebP in ${printable(join(root, className))}`,
      );
    }
    files.push(good);
  }
  const total = files.reduce((sum, names) => sum + names.length, 0);
  if (total > MAX_PICTURES) {
    const limit = MAX_PICTURES.toLocaleString('en-US');
    throw wrong(`${printable(root)} holds ${total} pictures, at most ${limit} are taken: use a part of them`);
  }
  return { classNames, files, dangling };
}

const firstLine = (error: unknown): string =>
  printable((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');

/** Runs `work` over the items, a few at once, keeping their order in the result. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

interface Decoded {
  readonly name: string;
  readonly label: number;
  readonly pixels: Uint8Array | string;
}

function assemble(root: string, classNames: readonly string[], decoded: readonly Decoded[]): PictureSet {
  const good = decoded.filter((one) => typeof one.pixels !== 'string');
  const pixels = new Uint8Array(good.length * PIXELS);
  good.forEach((one, i) => {
    if (typeof one.pixels !== 'string') pixels.set(one.pixels, i * PIXELS);
  });
  const labels = Int32Array.from(good, (one) => one.label);
  classNames.forEach((className, label) => {
    const usable = labels.reduce((count, value) => count + (value === label ? 1 : 0), 0);
    if (usable === 0) throw wrong(`class ${printable(className)} is empty: none of its pictures can be read`);
    if (usable === 1) {
      throw wrong(
        `class ${printable(className)} has one usable picture: it takes two, one to train and one to test`,
      );
    }
  });
  const names = good.map((one) => one.name);
  return {
    title: basename(resolve(root)),
    kind: 'folder',
    classNames,
    pixels,
    labels,
    names,
    attributes: {},
  };
}

/**
 * Reads a folder that holds one sub-folder of pictures per class. Classes and pictures come in the order of
 * their names; hidden files and files that are no PNG, JPEG or WebP by name are passed over; links are followed.
 * A picture that cannot be decoded is returned in `skipped`.
 * Throws RunError (exit code 2) for a missing folder, no classes, a single class, an empty class.
 */
export async function readFolder(
  root: string,
  onProgress?: (done: number, of: number) => void,
): Promise<FolderResult> {
  const { classNames, files, dangling } = await list(root);
  const jobs = files.flatMap((names, label) => names.map((name) => ({ name, label })));
  let done = 0;
  const decoded = await inParallel(jobs, async ({ name, label }): Promise<Decoded> => {
    const inside = `${classNames[label] ?? ''}/${name}`;
    const pixels = await readPicture(join(root, inside)).catch(firstLine);
    onProgress?.(++done, jobs.length);
    return { name: inside, label, pixels };
  });
  const broken = decoded.flatMap(({ name, pixels }) =>
    typeof pixels === 'string' ? [{ name, reason: pixels }] : [],
  );
  return { set: assemble(root, classNames, decoded), skipped: [...dangling, ...broken] };
}
