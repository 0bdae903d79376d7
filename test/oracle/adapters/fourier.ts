// How Fourier transforms are called.
import type { Api } from '../api.ts';
import { given } from '../call.ts';
import { type Adapter, named } from './adapter.ts';

const WORDS = ['backward', 'ortho', 'forward'] as const;
const of = (w: Api, name: string): ReturnType<typeof named> =>
  named((w as unknown as { fft: Api }).fft, name);

const one =
  (name: string): Adapter =>
  (w, c) =>
    of(w, name)(
      c.x,
      given({ n: c.maybeNumber(1, 'n'), dim: c.maybeNumber(2, 'dim'), norm: c.word(3, 'norm', ...WORDS) }),
    );
const many =
  (name: string): Adapter =>
  (w, c) => {
    const s = c.maybeDims(1, 's');
    return of(w, name)(
      c.x,
      given({
        s: s === undefined ? undefined : [s].flat(),
        dim: c.maybeDims(2, 'dim'),
        norm: c.word(3, 'norm', ...WORDS),
      }),
    );
  };
const shift =
  (name: string): Adapter =>
  (w, c) =>
    of(w, name)(c.x, given({ dim: c.maybeDims(1, 'dim') }));

const table = (words: string, adapter: (name: string) => Adapter): Record<string, Adapter> =>
  Object.fromEntries(words.split(' ').map((name) => [`fft.${name}`, adapter(name)]));

/** PyTorch's name → the call in wgrad. */
export const fourier: Readonly<Record<string, Adapter>> = {
  ...table('fft ifft rfft irfft hfft ihfft', one),
  ...table('fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn', many),
  ...table('fftshift ifftshift', shift),
};
