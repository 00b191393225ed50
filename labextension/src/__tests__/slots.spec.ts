import { rowsOf } from '../groups';
import { slotsOf } from '../slots';
import { moveOf, placeOf, text } from './moves';

const shown = (ids: readonly string[], hidden: readonly string[] = []) =>
  ids.map(id => ({ id, hidden: hidden.includes(id) }));
const after = (cell: string, target: string) =>
  moveOf(cell, { to: placeOf({ after: text(target) }) });

function told(...options: Parameters<typeof slotsOf>): string[] {
  return slotsOf(...options).map(
    ({ cell, edge, rows }) =>
      `${edge} ${cell}: ${rows.map(row => row.key).join(' ')}`
  );
}

it('puts slots after cells, and before the first one', () => {
  const rows = rowsOf([moveOf('m1'), after('m2', 'c1')]);
  expect(told(rows, shown(['c1', 'c2', 'm1', 'm2']))).toEqual([
    'before c1: m1',
    'after c1: m2'
  ]);
});

it('gathers what goes to the same place, in reading order', () => {
  const rows = rowsOf([after('m2', 'c1'), after('m1', 'c1')]);
  expect(told(rows, shown(['c1', 'm1', 'm2']))).toEqual(['after c1: m2 m1']);
});

it('shows a place under a collapsed heading at that heading', () => {
  const rows = rowsOf([after('m', 'c2')]);
  expect(told(rows, shown(['h', 'c1', 'c2', 'm'], ['c1', 'c2']))).toEqual([
    'after h: m'
  ]);
});

it('has no slot for what cannot be moved, or no longer has a place', () => {
  const rows = rowsOf([
    moveOf('m1', { status: 'applied' }),
    moveOf('m2', { status: 'edited' }),
    after('m3', 'deleted')
  ]);
  expect(told(rows, shown(['c1', 'm1', 'm2', 'm3']))).toEqual([]);
});

it('has no slot in a notebook without cells', () => {
  expect(told(rowsOf([moveOf('m1')]), [])).toEqual([]);
});
