import type { YMarkdownCell, YNotebook } from '@jupyter/ydoc';
import { answerOf, idsOf, reordered } from './notebook';
import { TwoPeople, undoableOf } from './people';
import { seeded, shuffled } from './random';

const IDS = ['m1', 'c1', 'm2', 'm3', 'c2', 'm4', 'c3', 'm5', 'c4'];
const MARKDOWN = IDS.filter(id => id[0] === 'm');
const ORDER = ['c1', 'm1', 'm2', 'm3', 'c2', 'm4', 'c3', 'm5', 'c4'];

let people: TwoPeople;

async function meeting(
  order: readonly string[] = ORDER,
  moved: readonly string[] = ['m1'],
  numbers: readonly [number, number] = [1, 2]
): Promise<TwoPeople> {
  people = new TwoPeople(IDS, answerOf(IDS, order, moved), numbers);
  await people.ask();
  return people;
}

afterEach(() => people.dispose());

function cellOf(notebook: YNotebook, id: string) {
  const cell = notebook.cells.find(cell => cell.getId() === id);
  if (cell === undefined) {
    throw new Error(`no cell ${id}`);
  }
  return cell;
}

const sourceOf = (notebook: YNotebook, id: string) =>
  cellOf(notebook, id).getSource();

/** Types at the end of a cell, letter by letter. */
function type(notebook: YNotebook, id: string, text: string): void {
  for (const letter of text) {
    const cell = cellOf(notebook, id);
    const { length } = cell.getSource();
    cell.updateSource(length, length, letter);
  }
}

const file = (notebook: YNotebook): unknown =>
  JSON.parse(JSON.stringify(notebook.toJSON()));

function agree(): void {
  expect(file(people.anna)).toEqual(file(people.ben));
}

describe('one applies while the other', () => {
  it('writes into the cell that moves', async () => {
    const { anna, ben, models } = await meeting();
    await models[0].apply();
    type(ben, 'm1', ', and more');
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual(ORDER);
    expect(sourceOf(anna, 'm1')).toBe('text of m1, and more');
  });

  it('tags that cell and pastes a picture into it', async () => {
    const { anna, ben, models } = await meeting();
    cellOf(ben, 'm1').setMetadata('tags', ['old']);
    cellOf(anna, 'm1').setMetadata('name', 'by Anna');
    await people.meet();
    await models[0].apply();
    const cell = cellOf(ben, 'm1') as YMarkdownCell;
    cell.setMetadata('tags', ['new']);
    cell.setMetadata('note', 1);
    cell.deleteMetadata('name');
    cell.setAttachments({ 'b.png': { 'image/png': 'AAAA' } });
    await people.meet();
    agree();
    expect(cellOf(anna, 'm1').getMetadata()).toEqual({
      tags: ['new'],
      note: 1
    });
    expect((cellOf(anna, 'm1') as YMarkdownCell).getAttachments()).toEqual({
      'b.png': { 'image/png': 'AAAA' }
    });
  });

  it('has tagged it long before: what the first tags now stays', async () => {
    const { anna, ben, models } = await meeting();
    cellOf(ben, 'm1').setMetadata('tags', ['old']);
    await people.meet();
    cellOf(anna, 'm1').setMetadata('tags', ['m1']);
    await people.meet();
    await models[0].apply();
    await people.meet();
    agree();
    expect(cellOf(ben, 'm1').getMetadata('tags')).toEqual(['m1']);
  });

  it('rewrites that cell, and goes on when it has moved', async () => {
    const { anna, ben, models } = await meeting();
    await models[0].apply();
    cellOf(ben, 'm1').setSource('another text');
    await people.meet();
    type(ben, 'm1', '!');
    await people.meet();
    agree();
    expect(sourceOf(anna, 'm1')).toBe('another text!');
  });

  it('writes into it where the first has just written too', async () => {
    const { anna, ben, models } = await meeting();
    await models[0].apply();
    type(anna, 'm1', ' by Anna');
    cellOf(ben, 'm1').updateSource(0, 0, 'Ben: ');
    await people.meet();
    agree();
    expect(sourceOf(anna, 'm1')).toBe('Ben: text of m1 by Anna');
  });

  it('has long been heard of: what the first deletes stays deleted', async () => {
    const { anna, ben, models } = await meeting();
    type(ben, 'm1', ' by Ben');
    await people.meet();
    await people.ask();
    cellOf(anna, 'm1').setSource('short');
    await people.ask();
    await models[0].apply();
    await people.meet();
    agree();
    expect(sourceOf(ben, 'm1')).toBe('short');
  });

  it('writes into another cell, inserts and deletes', async () => {
    const { anna, ben, models } = await meeting();
    await models[0].apply();
    type(ben, 'c2', ' by Ben');
    ben.insertCell(2, { cell_type: 'markdown', id: 'new', source: 'new' });
    ben.deleteCell(idsOf(ben).indexOf('m5'));
    await people.meet();
    agree();
    expect(sourceOf(anna, 'c2')).toBe('text of c2 by Ben');
    expect(idsOf(anna).sort()).toEqual(
      [...IDS.filter(id => id !== 'm5'), 'new'].sort()
    );
  });

  it('undoes nothing of the other with an undo', async () => {
    const { anna, ben, models } = await meeting();
    await models[0].apply();
    await people.meet();
    type(ben, 'm1', ' by Ben');
    ben.insertCell(9, { cell_type: 'code', id: 'new', source: 'new' });
    await people.meet();
    models[0].undo();
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual([...IDS, 'new']);
    expect(sourceOf(anna, 'm1')).toBe('text of m1 by Ben');
  });

  it('undoes nothing of the other with an undo by the keyboard', async () => {
    const { anna, ben, models } = await meeting();
    await models[0].apply();
    await people.meet();
    type(ben, 'm1', ' by Ben');
    await people.meet();
    anna.undo();
    expect(sourceOf(anna, 'm1')).toBe('text of m1 by Ben');
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual(IDS);
    expect(sourceOf(anna, 'm1')).toBe('text of m1 by Ben');
    anna.redo();
    await people.meet();
    agree();
    expect([...idsOf(anna)].sort()).toEqual([...IDS].sort());
    expect(sourceOf(anna, 'm1')).toBe('text of m1 by Ben');
  });

  it('moves the same cell elsewhere: it stays there once, and undo leaves it', async () => {
    const { anna, ben, models } = await meeting();
    await models[0].apply();
    await people.meet();
    ben.moveCell(idsOf(ben).indexOf('m1'), 8);
    await people.meet();
    models[0].undo();
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual([...ORDER.filter(id => id !== 'm1'), 'm1']);
  });
});

describe('both apply', () => {
  it('at the same moment: nothing is doubled', async () => {
    const { anna, models } = await meeting();
    await models[0].apply();
    await models[1].apply();
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual(ORDER);
  });

  it('one after the other: the second has nothing to do', async () => {
    const { anna, models } = await meeting();
    await models[0].apply();
    await people.meet();
    await models[1].apply();
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual(ORDER);
    expect(undoableOf(models[1])).toBe(0);
  });

  it.each([0, 1])('at once, and both write: all is kept', async first => {
    const { anna, ben, models } = await meeting();
    await models[first].apply();
    await models[1 - first].apply();
    type(anna, 'm1', ' by Anna');
    cellOf(ben, 'm1').updateSource(0, 0, 'Ben: ');
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual(ORDER);
    expect(sourceOf(anna, 'm1')).toBe('Ben: text of m1 by Anna');
  });

  it.each([0, 1])('at once, and one undoes: nothing is doubled', async who => {
    const { anna, models } = await meeting();
    await models[0].apply();
    await models[1].apply();
    await people.meet();
    models[who].undo();
    await people.meet();
    agree();
    expect(idsOf(anna)).toEqual(IDS);
  });

  it.each([0, 1])(
    'at once, and one undoes by the keyboard: nothing is doubled',
    async who => {
      const { anna, ben, models } = await meeting();
      await models[0].apply();
      await models[1].apply();
      await people.meet();
      [anna, ben][who].undo();
      await people.meet();
      agree();
      expect(idsOf(anna).sort()).toEqual([...IDS].sort());
    }
  );
});

it('keeps every cell and every letter, whatever two people do at once', async () => {
  const random = seeded(11);
  const some = (ids: readonly string[]) => ids.filter(() => random() < 0.5);
  for (let round = 0; round < 60; round++) {
    const order = reordered(IDS, random);
    const { anna, ben, models } = await meeting(
      order,
      MARKDOWN,
      round % 2 === 0 ? [1, 2] : [2, 1]
    );
    const letters = new Map<string, string[]>();
    const deleted = new Set<string>();
    const act = async (who: 0 | 1): Promise<void> => {
      const notebook = [anna, ben][who];
      const [id] = shuffled(idsOf(notebook), random);
      const mark = `<${round}.${who}.${letters.size}.${Math.floor(random() * 1e6)}>`;
      switch (Math.floor(random() * 6)) {
        case 0:
          // What was typed into a new cell, Jupyter itself loses when adding it is undone.
          if (!IDS.includes(id)) {
            break;
          }
          type(notebook, id, mark);
          letters.set(id, [...(letters.get(id) ?? []), mark]);
          break;
        case 1:
          notebook.insertCell(
            Math.floor(random() * (notebook.cells.length + 1)),
            { cell_type: 'code', id: mark, source: mark }
          );
          letters.set(mark, [mark]);
          break;
        case 2: {
          // Of a cell that is written into or moved at the same moment, either may win.
          const at = idsOf(notebook).indexOf(id);
          notebook.deleteCell(at);
          deleted.add(id);
          break;
        }
        case 3:
          await models[who].apply(some(MARKDOWN));
          break;
        case 4:
          models[who].undo();
          break;
        default:
          notebook.undo();
          if (deleted.size > 0 || letters.size > 0) {
            notebook.redo();
          }
      }
    };
    for (let turn = 0; turn < 6; turn++) {
      await act(0);
      await act(1);
      if (random() < 0.5) {
        await people.meet();
      }
    }
    await people.meet();
    agree();
    const ids = idsOf(anna);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of [...IDS, ...letters.keys()]) {
      if (!deleted.has(id)) {
        expect(ids).toContain(id);
      }
    }
    for (const [id, marks] of letters) {
      if (!deleted.has(id)) {
        marks.forEach(mark => expect(sourceOf(anna, id)).toContain(mark));
      }
    }
    people.dispose();
  }
}, 60_000);
