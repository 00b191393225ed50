import { movedSince, type IArrangement } from '../moved';
import { seeded, shuffled } from './random';

const IDS = ['m1', 'c1', 'm2', 'm3', 'c2', 'm4', 'c3'];

class Cells {
  order = [...IDS];
  identities = new Map<string, object>(IDS.map(id => [id, {}]));

  move(id: string, to: number): void {
    this.order = this.order.filter(other => other !== id);
    this.order.splice(to, 0, id);
    this.identities.set(id, {});
  }

  get arrangement(): IArrangement {
    return { order: this.order, identities: new Map(this.identities) };
  }
}

function movedBy(change: (cells: Cells) => void): string[] {
  const cells = new Cells();
  const then = cells.arrangement;
  change(cells);
  return [...movedSince(then, cells.arrangement)].sort();
}

it('names nothing where nothing was moved, whatever was added or deleted', () => {
  expect(
    movedBy(cells => {
      cells.order = ['new', ...IDS.slice(2)];
    })
  ).toEqual([]);
});

it('names the cell that was moved, not the one that it was moved past', () => {
  expect(movedBy(cells => cells.move('m1', 1))).toEqual(['m1']);
  expect(movedBy(cells => cells.move('c1', 0))).toEqual(['c1']);
});

it('does not name a cell that came back', () => {
  expect(
    movedBy(cells => {
      cells.move('m3', 0);
      cells.move('m3', 3);
    })
  ).toEqual([]);
});

it('names the fewest where every cell is new', () => {
  expect(
    movedBy(cells => {
      IDS.forEach((id, index) => cells.move(id, index));
      cells.move('m4', 0);
    })
  ).toEqual(['m4']);
});

it('leaves out what it is told to leave out', () => {
  const cells = new Cells();
  const then = cells.arrangement;
  cells.move('m1', 6);
  cells.move('m2', 6);
  expect(movedSince(then, cells.arrangement, new Set(['m1']))).toEqual(
    new Set(['m2'])
  );
});

it('names only moved cells, and all that are needed to explain the order', () => {
  const random = seeded(5);
  for (let round = 0; round < 300; round++) {
    const cells = new Cells();
    const then = cells.arrangement;
    const touched = shuffled(IDS, random).slice(0, 3);
    touched.forEach(id => cells.move(id, Math.floor(random() * IDS.length)));
    const moved = movedSince(then, cells.arrangement);
    expect(touched).toEqual(expect.arrayContaining([...moved]));
    const rest = (order: readonly string[]) =>
      order.filter(id => !moved.has(id));
    expect(rest(cells.order)).toEqual(rest(IDS));
  }
});
