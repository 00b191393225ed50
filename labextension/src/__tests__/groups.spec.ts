import { rowsOf } from '../groups';
import { moveOf, neighbours, placeOf, text } from './moves';

const cells = (moves: Parameters<typeof rowsOf>[0]) =>
  rowsOf(moves).map(row => row.cells);

it('makes one row of a heading and the cells under it', () => {
  const rows = rowsOf(
    neighbours(
      ['h', { level: 2, confidence: 0.9 }],
      ['m1', { confidence: 0.6 }],
      ['h3', { level: 3 }],
      ['m2']
    )
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    key: 'h',
    title: 'Words of h',
    cells: ['h', 'm1', 'h3', 'm2'],
    confidence: 0.6,
    ticked: true
  });
});

it('begins a row with each heading of the same level or a higher one', () => {
  expect(
    cells(
      neighbours(
        ['a', { level: 2 }],
        ['m'],
        ['b', { level: 2 }],
        ['c', { level: 1 }]
      )
    )
  ).toEqual([['a', 'm'], ['b'], ['c']]);
});

it('leaves cells apart that no heading leads', () => {
  expect(cells(neighbours(['m1'], ['m2']))).toEqual([['m1'], ['m2']]);
});

it('leaves cells apart that stand apart now', () => {
  expect(cells([moveOf('h', { level: 1 }), moveOf('m')])).toEqual([
    ['h'],
    ['m']
  ]);
});

it('leaves cells apart that part in the suggestion', () => {
  const moves = neighbours(
    ['h', { level: 1 }],
    ['m', { to: placeOf({ after: text('elsewhere') }) }]
  );
  expect(cells(moves)).toEqual([['h'], ['m']]);
});

it('keeps a row together once it was applied, when its cells follow each other', () => {
  const moves = neighbours(
    ['h', { level: 1, status: 'applied' }],
    ['m', { status: 'applied', to: placeOf({ after: text('h') }) }]
  );
  expect(cells(moves)).toEqual([['h', 'm']]);
});

it('parts a row of which one cell was skipped', () => {
  const moves = neighbours(
    ['h', { level: 1, status: 'applied' }],
    ['m', { status: 'edited', to: placeOf({ after: text('h') }) }]
  );
  expect(rowsOf(moves).map(row => row.status)).toEqual(['applied', 'edited']);
});

it('counts a row as ticked when all its cells are', () => {
  const moves = neighbours(['h', { level: 1 }], ['m', { ticked: false }]);
  expect(rowsOf(moves)[0].ticked).toBe(false);
});
