import { plan, type IPlan, type IPresentCell } from '../order';
import { seeded, shuffled } from './random';
import { reordered } from './notebook';

function present(ids: readonly string[]): IPresentCell[] {
  return ids.map(id => ({
    id,
    movable: id[0] === 'm',
    source: `text of ${id}`
  }));
}

const sources = (ids: readonly string[]) =>
  new Map(ids.map(id => [id, `text of ${id}`]));

function follow(ids: readonly string[], made: IPlan): string[] {
  const copy = [...ids];
  for (const { id, from, to } of made.steps) {
    expect(copy[from]).toBe(id);
    copy.splice(from, 1);
    copy.splice(to, 0, id);
  }
  return copy;
}

const IDS = ['m1', 'c1', 'm2', 'm3', 'c2', 'r1', 'm4', 'c3', 'm5', 'c4'];
const markdown = (ids: readonly string[]) => ids.filter(id => id[0] === 'm');

describe('plan', () => {
  it('reaches every order of the markdown, moving markdown only', () => {
    const random = seeded(1);
    for (let round = 0; round < 300; round++) {
      const order = reordered(IDS, random);
      const moved = new Set(markdown(IDS));
      const made = plan({
        present: present(IDS),
        order,
        unsettled: moved,
        chosen: moved,
        sources: sources(IDS),
        moved: new Set()
      });
      expect(follow(IDS, made)).toEqual(order);
      expect(made.order).toEqual(order);
      expect(made.steps.every(step => moved.has(step.id))).toBe(true);
      expect(made.placed).toEqual(markdown(order));
    }
  });

  it('reaches the suggested order move by move, whichever comes first', () => {
    const random = seeded(2);
    for (let round = 0; round < 300; round++) {
      const order = reordered(IDS, random);
      const unsettled = new Set(markdown(IDS));
      let now = IDS;
      for (const id of shuffled(markdown(IDS), random)) {
        const made = plan({
          present: present(now),
          order,
          unsettled,
          chosen: new Set([id]),
          sources: sources(IDS),
          moved: new Set()
        });
        expect(made.steps.length).toBeLessThanOrEqual(1);
        now = follow(now, made);
        unsettled.delete(id);
      }
      expect(now).toEqual(order);
    }
  });

  it('places a cell after the nearest cell before it that is not itself to be moved', () => {
    const made = plan({
      present: present(['c1', 'c2', 'm1', 'm2']),
      order: ['c1', 'm1', 'm2', 'c2'],
      unsettled: new Set(['m1', 'm2']),
      chosen: new Set(['m2']),
      sources: sources(['m1', 'm2']),
      moved: new Set()
    });
    expect(made.order).toEqual(['c1', 'm2', 'c2', 'm1']);
  });

  it('leaves cells that the author added where they are', () => {
    const made = plan({
      present: present(['c1', 'new', 'c2', 'm1']),
      order: ['c1', 'm1', 'c2'],
      unsettled: new Set(['m1']),
      chosen: new Set(['m1']),
      sources: sources(['m1']),
      moved: new Set()
    });
    expect(made.order).toEqual(['c1', 'm1', 'new', 'c2']);
  });

  it('finds its way when the neighbour was deleted', () => {
    const made = plan({
      present: present(['c1', 'c3', 'm1']),
      order: ['c1', 'c2', 'm1', 'c3'],
      unsettled: new Set(['m1']),
      chosen: new Set(['m1']),
      sources: sources(['m1']),
      moved: new Set()
    });
    expect(made.order).toEqual(['c1', 'm1', 'c3']);
  });

  it('puts the first cell before the one it is to precede', () => {
    const made = plan({
      present: present(['new', 'c1', 'm1']),
      order: ['m1', 'c1'],
      unsettled: new Set(['m1']),
      chosen: new Set(['m1']),
      sources: sources(['m1']),
      moved: new Set()
    });
    expect(made.order).toEqual(['new', 'm1', 'c1']);
  });

  it('skips and names cells that were deleted, edited or pinned meanwhile', () => {
    const cells = present(['c1', 'c2', 'm1', 'm2', 'm4']).map(cell => ({
      ...cell,
      source: cell.id === 'm1' ? 'edited' : cell.source,
      movable: cell.movable && cell.id !== 'm2'
    }));
    const all = new Set(['m1', 'm2', 'm3', 'm4']);
    const made = plan({
      present: cells,
      order: ['m1', 'm2', 'm3', 'c1', 'm4', 'c2'],
      unsettled: all,
      chosen: all,
      sources: sources(['m1', 'm2', 'm3', 'm4']),
      moved: new Set()
    });
    expect(made.skipped).toEqual([
      { id: 'm1', reason: 'edited' },
      { id: 'm2', reason: 'pinned' },
      { id: 'm3', reason: 'deleted' }
    ]);
    expect(made.placed).toEqual(['m4']);
    expect(made.order).toEqual(['c1', 'm4', 'c2', 'm1', 'm2']);
  });

  it('makes no step for a cell that the author has put there already', () => {
    const made = plan({
      present: present(['c1', 'm1', 'c2']),
      order: ['c1', 'm1', 'c2'],
      unsettled: new Set(['m1']),
      chosen: new Set(['m1']),
      sources: sources(['m1']),
      moved: new Set()
    });
    expect(made.steps).toEqual([]);
    expect(made.placed).toEqual(['m1']);
  });
});
