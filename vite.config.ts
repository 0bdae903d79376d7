/**
 * The library's build. `vite build` writes one module per source file; `vite build --mode min` writes everything
 * into one classic script, for pages without a bundler. Types come from tsc (see scripts/build.mjs).
 */
import { defineConfig } from 'vite';
import { wgslPlugin } from './scripts/wgsl-plugin.ts';

const entries = {
  index: 'src/index.ts',
  'nn/index': 'src/nn/index.ts',
  'optim/index': 'src/optim/index.ts',
  'data/index': 'src/data/index.ts',
  'io/index': 'src/io/index.ts',
};

/** npm's `webgpu`, which a Node program may have installed: asked for at run time, never bundled. */
const external = ['webgpu'];

export default defineConfig(({ mode }) => {
  const plugins = [wgslPlugin()];
  if (mode === 'min') {
    return {
      plugins,
      publicDir: false,
      build: {
        target: 'es2022',
        emptyOutDir: false,
        sourcemap: true,
        lib: { entry: 'src/index.ts', formats: ['iife'], name: 'wgrad', fileName: () => 'wgrad.min.js' },
        rolldownOptions: { external },
      },
    };
  }
  return {
    plugins,
    publicDir: false,
    build: {
      target: 'es2022',
      minify: false,
      sourcemap: true,
      lib: { entry: entries, formats: ['es'] },
      rolldownOptions: {
        external,
        output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
      },
    },
  };
});
