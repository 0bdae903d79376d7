/**
 * The one-file build, for pages without a bundler: everything in one minified classic script that defines `wgrad`.
 * The package's modules are written by tsc instead (see scripts/build.mjs for the reason).
 */
import { defineConfig } from 'vite';
import { wgslPlugin } from './scripts/wgsl.mjs';

export default defineConfig({
  plugins: [wgslPlugin()],
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    sourcemap: true,
    lib: { entry: 'src/index.ts', formats: ['iife'], name: 'wgrad', fileName: () => 'wgrad.min.js' },
    // npm's `webgpu`, which a Node program may have installed, is asked for at run time, never bundled.
    rolldownOptions: { external: ['webgpu'] },
  },
});
