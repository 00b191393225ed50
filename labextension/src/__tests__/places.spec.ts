import { nullTranslator } from '@jupyterlab/translation';
import { cellWords, placeWords } from '../places';
import type { IPlace } from '../state';
import { code, placeOf, text } from './moves';

const trans = nullTranslator.load('');

function told(from: Partial<IPlace>, to: Partial<IPlace>): [string, string] {
  const places = placeWords(placeOf(from), placeOf(to), trans);
  const write = ({ words, cell }: (typeof places)['from']) =>
    [words, cell && cellWords(cell, trans)].filter(Boolean).join(' ');
  return [write(places.from), write(places.to)];
}

const c1 = code('c1', 1);
const c2 = code('c2', null);

it('tells a place by the code beside it', () => {
  expect(
    told({ after: text('m'), codeBefore: c2 }, { after: null, codeAfter: c1 })
  ).toEqual(['from after [\u00a0]\u00a0c2 = 1', 'before [1]\u00a0c1 = 1']);
});

it('tells the top and the end', () => {
  expect(
    told({ codeAfter: c1 }, { after: c2, codeBefore: c2, codeAfter: null })
  ).toEqual(['from the top', 'the end, after [\u00a0]\u00a0c2 = 1']);
});

it('tells places among the same code by the text before them', () => {
  const place = { codeBefore: c1, codeAfter: c2 };
  expect(told({ ...place, after: c1 }, { ...place, after: text('m') })).toEqual(
    ['from after [1]\u00a0c1 = 1', 'after Words of m']
  );
  expect(told({ after: text('m'), codeAfter: c1 }, { codeAfter: c1 })).toEqual([
    'from after Words of m',
    'the top'
  ]);
});

it('has words for a cell that holds none', () => {
  expect(cellWords({ ...text('m'), snippet: '' }, trans)).toBe(
    '(an empty cell)'
  );
});
