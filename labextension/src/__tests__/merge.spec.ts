import { editBetween, merge } from '../merge';
import { seeded } from './random';

const random = seeded(7);

function text(): string {
  const letters = ['a', 'b', 'ä', '🙂', '🙃', '\n'];
  return Array.from(
    { length: Math.floor(random() * 6) },
    () => letters[Math.floor(random() * letters.length)]
  ).join('');
}

it('finds an edit that leads from any text to any other, and tears no letter apart', () => {
  for (let round = 0; round < 2000; round++) {
    const [from, to] = [text(), text()];
    const edit = editBetween(from, to);
    expect(from.slice(0, edit.start) + edit.text + from.slice(edit.end)).toBe(
      to
    );
    for (const part of [from.slice(0, edit.start), edit.text]) {
      expect(part).not.toMatch(/[\uD800-\uDBFF]$|^[\uDC00-\uDFFF]/);
    }
  }
});

it.each([
  ['one two', 'ONE two', 'one TWO', 'ONE TWO'],
  ['one two', 'one', 'zero one two', 'zero one'],
  ['one', 'one!', 'one', 'one!'],
  ['one', 'one', 'one?', 'one?'],
  ['one', 'two', 'two', 'two'],
  ['', 'ours', 'theirs', 'ourstheirs'],
  ['a word here', 'a tall here', 'a fine here', 'a tallfine here']
])('merges changes of %j: %j and %j into %j', (base, ours, theirs, both) => {
  expect(merge(base, ours, theirs)).toBe(both);
});

it('loses no letter that either has added', () => {
  for (let round = 0; round < 2000; round++) {
    const base = text();
    const [ours, theirs] = ['<ours>', '<theirs>'].map(mark => {
      const at = Math.floor(random() * (base.length + 1));
      return base.slice(0, at) + mark + text() + base.slice(at);
    });
    const both = merge(base, ours, theirs);
    expect(both).toContain('<ours>');
    expect(both).toContain('<theirs>');
  }
});
