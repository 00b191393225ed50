import { codeSnippet, headingLevel, markdownSnippet } from '../snippet';

describe('markdownSnippet', () => {
  it.each([
    ['# Load the data\n\nmore', 'Load the data'],
    ['\n\n---\n\nFirst words', 'First words'],
    ['- [x] done: **bold** and `code_name`', 'done: bold and code_name'],
    ['> quoted *words* here', 'quoted words here'],
    ['See [the docs](https://example.org/a_b).', 'See the docs.'],
    ['![A plot of it](attachment:a.png)', 'A plot of it'],
    ['<div align="center"><b>Title</b></div>', 'Title'],
    [
      'snake_case_name stays, 2 * 3 stays',
      'snake_case_name stays, 2 * 3 stays'
    ],
    ['Überschrift\r\nzwei', 'Überschrift'],
    ['#hashtag is no heading', '#hashtag is no heading'],
    ['', ''],
    ['---\n***\n', '']
  ])('%j becomes %j', (source, words) => {
    expect(markdownSnippet(source)).toBe(words);
  });

  it('cuts long lines between letters, never inside one', () => {
    const words = markdownSnippet('😀'.repeat(5) + 'x'.repeat(200));
    expect(Array.from(words)).toHaveLength(80);
    expect(words.endsWith('x…')).toBe(true);
  });

  it('does not choke on an image of megabytes, nor on a million brackets', () => {
    const image = `![](data:image/png;base64,${'A'.repeat(5e6)})\nA plot`;
    expect(markdownSnippet(image)).toBe('A plot');
    expect(markdownSnippet('<'.repeat(1e6))).toBe('');
    expect(markdownSnippet('['.repeat(1e6))).toBe('');
  });

  it('is text, not markup: angle brackets of code do not vanish whole lines', () => {
    expect(markdownSnippet('a < b and c')).toBe('a < b and c');
  });
});

describe('codeSnippet', () => {
  it('is the first line that is more than blanks', () => {
    expect(codeSnippet('\n   \n  df = load()\nmore')).toBe('df = load()');
    expect(codeSnippet('  \n')).toBe('');
  });
});

it.each([
  ['# One', 1],
  ['\n\n### Three\ntext', 3],
  ['<h2 id="x">Two</h2>', 2],
  ['####### Seven', null],
  ['#hashtag', null],
  ['Text\n# Later', null],
  ['    # code', null],
  ['', null]
])('the level of %j is %s', (source, level) => {
  expect(headingLevel(source)).toBe(level);
});
