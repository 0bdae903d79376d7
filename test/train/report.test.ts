// The report holds what it must, asks for nothing from outside, and lets no name become markup.
import { beforeAll, describe, expect, it } from 'vitest';
import { element, escapeHtml, html, scriptJson } from '../../demo/train/report/html.ts';
import { marksOf, meanings } from '../../demo/train/report/meaning.ts';
import { buildReport } from '../../demo/train/report/report.ts';
import { tellStory } from '../../demo/train/report/story.ts';
import { duration, inWords, listed, wilson } from '../../demo/train/report/words.ts';
import { madeRun } from './fixture.ts';

const EVIL = '<img src=x onerror=alert(1)>"\'&.png';

describe('html', () => {
  it('escapes values, keeps HTML, drops nothing', () => {
    expect(html`<a title="${'"<&>\''}">${html`<b>${1}</b>`}${undefined}${[html`x`, html`y`]}</a>`.text).toBe(
      '<a title="&#34;&#60;&#38;&#62;&#39;"><b>1</b>xy</a>',
    );
    expect(escapeHtml(EVIL)).not.toMatch(/[<>"']/);
    expect(() => element('script', 'x</SCRIPT>')).toThrow();
    expect(scriptJson({ a: '</script><!--' })).not.toContain('<');
  });
});

describe('words', () => {
  it('write counts, lists, times', () => {
    expect([inWords(4), inWords(1200)]).toEqual(['four', '1,200']);
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect([duration(0.84), duration(34.4), duration(200)]).toEqual([
      '0.8\u202fs',
      '34\u202fs',
      '3\u202fmin 20\u202fs',
    ]);
  });

  it("give Wilson's interval", () => {
    const [low, high] = wilson(80, 100);
    expect(low).toBeCloseTo(0.7112, 3);
    expect(high).toBeCloseTo(0.8666, 3);
    expect(wilson(0, 10)[0]).toBe(0);
    expect(wilson(10, 10)[1]).toBe(1);
  });
});

describe('meanings', () => {
  const run = madeRun(['cat', 'dog'], ['x'], true);
  const marks = marksOf(run.set, run.split.test);

  it('have a column for the class and one for each attribute', () => {
    expect(marks.map((mark) => mark.name)).toEqual(['dog', 'long hair', 'hat']);
    const three = madeRun(['a', 'b', 'c'], ['x'], false);
    expect(marksOf(three.set, three.split.test).map((mark) => mark.name)).toEqual(['a', 'b', 'c']);
  });

  it('are said in one sentence a neuron', () => {
    const found = meanings(run.result.hidden, 4, marks);
    expect(found[0]?.sentence).toBe('fires for long hair (AUC 1.00)');
    expect(found[0]?.cells[0]).toEqual({ auc: 1, clear: true });
    expect(found[1]?.sentence).toContain('hardly changes');
    expect(found[2]?.sentence).toContain('tells none of these attributes apart');
  });

  it('say what silences a neuron', () => {
    const inverted = run.result.hidden.map((value) => 1 - value);
    expect(meanings(inverted, 4, marks)[0]?.sentence).toBe('falls silent for long hair (AUC 0.00)');
  });
});

describe('tellStory', () => {
  it('counts what it shows', () => {
    const run = madeRun(['cat', 'dog'], ['x'], true);
    const story = tellStory(run);
    expect(story.wrongCount).toBe(1);
    expect(story.wrong.length).toBe(1);
    expect(story.accuracy).toBeCloseTo(39 / 40);
    expect(story.confusion.flat().reduce((a, b) => a + b, 0)).toBe(run.split.test.length);
    expect(new Set(story.sure.map((sample) => sample.truth))).toEqual(new Set(['cat', 'dog']));
    expect(story.headline).toBe(
      'Four hidden neurons tell cat from dog in 98\u202f% of portraits never seen before',
    );
  });

  it('does not boast of what chance explains', () => {
    const run = madeRun(['cat', 'dog'], ['x'], true);
    const guessing = run.result.test.probabilities.map(() => 0.9);
    const test = { ...run.result.test, probabilities: guessing };
    expect(tellStory({ ...run, result: { ...run.result, test } }).headline).toBe(
      'The network does not tell cat from dog yet',
    );
  });
});

describe('buildReport', () => {
  let two: string;
  let three: string;
  beforeAll(async () => {
    two = await buildReport(madeRun(['cat', 'dog'], ['portrait 1'], true));
    three = await buildReport(madeRun(['a<b>', EVIL, 'c'], [EVIL], false));
  });

  it('shows curves, weights, meanings, samples, confusion and facts', () => {
    for (const part of [
      'How it learnt',
      'id="loss-chart"',
      'var uPlot=',
      'Leon Sorokin',
      'Neuron 4',
      'long hair',
      'Sure, but wrong',
      'What is taken for what',
      'Adapter &#60;One&#62; (WebGPU)',
      'Checked against the CPU reference',
      '3.0e-7',
    ]) {
      expect(two).toContain(part);
    }
    expect(two.match(/<img\s+class="weights"\s+src="data:image\/png;base64,/g)?.length).toBe(4);
    expect(two.match(/data:image\/jpeg;base64,/g)?.length).toBeGreaterThan(20);
    const curves = /<script type="application\/json" id="curves">(.*?)<\/script>/s.exec(two)?.[1] ?? '';
    expect(JSON.parse(curves)).toMatchObject({
      epochs: [0, 1, 2],
      loss: [
        [0.75, 0.625, 0.5],
        [0.75, 0.6875, 0.625],
      ],
    });
  });

  it('asks for nothing from outside', () => {
    for (const page of [two, three]) {
      expect(page).toContain('default-src &#39;none&#39;');
      const attributes = [...page.matchAll(/\s(?:src|href|action|poster|srcset)="([^"]*)"/g)].map(
        (match) => match[1],
      );
      expect(attributes.length).toBeGreaterThan(10);
      for (const value of attributes) expect(value?.startsWith('data:')).toBe(true);
      expect(page).not.toMatch(/@import|url\(/);
    }
  });

  it('lets no name become markup', () => {
    expect(three).not.toContain('<img src=x');
    expect(three).not.toContain('a<b>');
    expect(three).not.toContain('<up>');
    expect(three).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;.png');
  });
});
