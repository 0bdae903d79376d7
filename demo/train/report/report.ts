// Puts report.html together: one file with its styles, scripts and pictures inside, which asks for nothing else.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PIXELS } from '../types.ts';
import { element, html, scriptJson } from './html.ts';
import { pictureUri, scaleOf, weightsUri } from './images.ts';
import * as sections from './sections.ts';
import { type ReportInput, type Story, tellStory } from './story.ts';

const beside = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(name, import.meta.url)), 'utf8');

/** uPlot's script, styles and licence from node_modules; the licence travels with every copy, as it asks. */
async function plotLibrary(): Promise<{ script: string; style: string; licence: string }> {
  const { resolve } = createRequire(import.meta.url);
  const read = (name: string): Promise<string> => readFile(resolve(`uplot/${name}`), 'utf8');
  const [script, style, licence] = await Promise.all([
    read('dist/uPlot.iife.min.js'),
    read('dist/uPlot.min.css'),
    read('LICENSE'),
  ]);
  return { script, style, licence };
}

/** A script's hash as a content security policy names it: only these very scripts may run in the page. */
const policyHash = (script: string): string =>
  `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

async function makeUris(input: ReportInput, story: Story): Promise<sections.Uris> {
  const wanted = new Set<number>();
  for (const sample of [...story.sure, ...story.close, ...story.wrong]) wanted.add(sample.at);
  for (const neuron of story.neurons) for (const at of [...neuron.most, ...neuron.least]) wanted.add(at);
  const pictures = new Map<number, string>();
  for (const at of wanted) {
    const picture = input.split.test[at] ?? 0;
    pictures.set(at, await pictureUri(input.set.pixels.subarray(picture * PIXELS, (picture + 1) * PIXELS)));
  }
  const scale = Math.max(...story.neurons.map((neuron) => scaleOf(neuron.weights)));
  const weights = new Map<number, string>();
  for (const { neuron, weights: values } of story.neurons)
    weights.set(neuron, await weightsUri(values, scale));
  return { pictures, weights, scale };
}

function curveData({ result }: ReportInput): string {
  const { history } = result.state;
  return scriptJson({
    epochs: history.map((m) => m.epoch),
    loss: [history.map((m) => m.trainLoss), history.map((m) => m.testLoss)],
    accuracy: [history.map((m) => m.trainAccuracy), history.map((m) => m.testAccuracy)],
  });
}

/** The whole report as one HTML document that opens from disk without a network. */
export async function buildReport(input: ReportInput): Promise<string> {
  const story = tellStory(input);
  const uris = await makeUris(input, story);
  const [library, css, charts] = await Promise.all([
    plotLibrary(),
    beside('report.css'),
    beside('charts.js'),
  ]);
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${policyHash(library.script)} ${policyHash(charts)}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${story.headline}</title>
        <link rel="icon" href="data:," />
        ${element('style', library.style)} ${element('style', css)}
      </head>
      <body>
        <main>
          ${sections.heading(input, story)} ${sections.curves(input)} ${sections.neurons(input, story, uris)}
          ${sections.meaningTable(input, story)} ${sections.samples(input, story, uris)}
          ${sections.confusionTable(input, story)} ${sections.runFacts(input)}
        </main>
        <footer>
          <p>
            Made by wgrad’s <code>npm start</code>. Everything on this page is inside this file; nothing was
            sent anywhere. Curves drawn by uPlot, © Leon Sorokin, MIT licence.
          </p>
        </footer>
        ${element('script', curveData(input), ' type="application/json" id="curves"')}
        ${element('script', library.licence, ' type="text/plain"')} ${element('script', library.script)}
        ${element('script', charts)}
      </body>
    </html> `;
  return page.text;
}
