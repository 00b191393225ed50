import type { YNotebook } from '@jupyter/ydoc';
import { answerOf, idsOf, notebookOf, reordered } from './notebook';
import { modelOf, REVIEW, undoableOf } from './people';
import { seeded, shuffled } from './random';

const IDS = ['m1', 'c1', 'm2', 'm3', 'c2', 'r1', 'm4', 'c3', 'm5', 'c4', 'm6'];
const MARKDOWN = IDS.filter(id => id[0] === 'm');

const file = (notebook: YNotebook): unknown =>
  JSON.parse(JSON.stringify(notebook.toJSON()));

const cellsOf = (notebook: YNotebook) =>
  Object.fromEntries(notebook.cells.map(cell => [cell.getId(), cell.toJSON()]));

const without = (ids: readonly string[], left: ReadonlySet<string>) =>
  ids.filter(id => !left.has(id));

function statusesOf(model: ReturnType<typeof modelOf>) {
  if (model.state.kind !== 'suggestion') {
    throw new Error(`no suggestion but ${model.state.kind}`);
  }
  return new Map(model.state.moves.map(move => [move.cell, move.status]));
}

it('any order, any ticks, any pins: the fewest cells move, undo and redo are exact', async () => {
  const random = seeded(21);
  for (let round = 0; round < 100; round++) {
    const notebook = notebookOf(IDS);
    const order = reordered(IDS, random);
    const model = modelOf(notebook, answerOf(IDS, order, MARKDOWN));
    await model.suggest(REVIEW);
    // Pinned after asking: before it, the server would not have moved them.
    const pinned = new Set(MARKDOWN.filter(() => random() < 0.2));
    notebook.cells
      .filter(cell => pinned.has(cell.getId()))
      .forEach(cell =>
        cell.setMetadata(random() < 0.5 ? 'deletable' : 'editable', false)
      );
    const unticked = new Set(MARKDOWN.filter(() => random() < 0.3));
    const before = file(notebook);
    const contents = cellsOf(notebook);
    const stays = new Set([...pinned, ...unticked]);
    const objects = new Map(
      notebook.cells.map(cell => [cell.getId(), cell.ymodel])
    );

    await model.apply(MARKDOWN.filter(id => !unticked.has(id)));
    const after = file(notebook);
    expect(without(idsOf(notebook), stays)).toEqual(without(order, stays));
    const fixed = (id: string) => id[0] !== 'm' || stays.has(id);
    expect(idsOf(notebook).filter(fixed)).toEqual(IDS.filter(fixed));
    expect(cellsOf(notebook)).toEqual(contents);
    for (const cell of notebook.cells) {
      if (fixed(cell.getId())) {
        expect(cell.ymodel).toBe(objects.get(cell.getId()));
      }
    }
    for (const [id, status] of statusesOf(model)) {
      expect(status).toBe(
        unticked.has(id) ? 'open' : pinned.has(id) ? 'pinned' : 'applied'
      );
    }

    if (undoableOf(model) > 0) {
      model.undo();
      expect(file(notebook)).toEqual(before);
      notebook.redo();
      expect(file(notebook)).toEqual(after);
      notebook.undo();
      expect(file(notebook)).toEqual(before);
    } else {
      expect(after).toEqual(before);
    }
    model.dispose();
  }
});

it('whatever the author edits, deletes, inserts and moves in between: it stays, and is named', async () => {
  const random = seeded(22);
  for (let round = 0; round < 100; round++) {
    const notebook = notebookOf(IDS);
    const order = reordered(IDS, random);
    const model = modelOf(notebook, answerOf(IDS, order, MARKDOWN));
    await model.suggest(REVIEW);
    const edited = new Set<string>();
    const deleted = new Set<string>();
    let moved: string | null = null;
    for (const id of shuffled(IDS, random).slice(0, 4)) {
      const at = idsOf(notebook).indexOf(id);
      switch (Math.floor(random() * 4)) {
        case 0:
          notebook.cells[at].setSource(`edited ${round}`);
          edited.add(id);
          break;
        case 1:
          notebook.deleteCell(at);
          deleted.add(id);
          break;
        case 2:
          notebook.insertCell(at, {
            cell_type: 'code',
            id: `new ${at}.${random()}`,
            source: 'new'
          });
          break;
        default: {
          // One cell, far: which of several were moved is not always to be told.
          const to = at < 5 ? notebook.cells.length - 1 : 0;
          if (moved === null && !edited.has(id)) {
            notebook.moveCell(at, to);
            moved = id;
          }
        }
      }
    }
    const before = file(notebook);
    const order0 = idsOf(notebook);
    const contents = cellsOf(notebook);

    await model.apply();
    const statuses = statusesOf(model);
    expect(cellsOf(notebook)).toEqual(contents);
    const settled = new Set(
      [...statuses]
        .filter(([, status]) => status === 'applied')
        .map(([id]) => id)
    );
    // All others keep their order among themselves.
    expect(without(idsOf(notebook), settled)).toEqual(without(order0, settled));
    for (const [id, status] of statuses) {
      if (deleted.has(id)) {
        expect(status).toBe('deleted');
      } else if (edited.has(id)) {
        expect(status).toBe('edited');
      } else if (id !== moved) {
        expect(status).toBe('applied');
      } else {
        expect(['moved', 'applied']).toContain(status);
      }
    }
    if (moved !== null && statuses.get(moved) === 'moved') {
      expect(settled.has(moved)).toBe(false);
    }

    while (undoableOf(model) > 0) {
      model.undo();
    }
    expect(file(notebook)).toEqual(before);
    model.dispose();
  }
});

it('applied in parts, edited in between, undone in turn: every edit is kept', async () => {
  const random = seeded(23);
  for (let round = 0; round < 100; round++) {
    const notebook = notebookOf(IDS);
    const model = modelOf(
      notebook,
      answerOf(IDS, reordered(IDS, random), MARKDOWN)
    );
    await model.suggest(REVIEW);
    const edits = new Map<string, string>();
    for (const id of shuffled(MARKDOWN, random)) {
      await model.apply([id]);
      const [cell] = shuffled(notebook.cells, random);
      const text = `edited ${round}.${id}`;
      cell.setSource(text);
      edits.set(cell.getId(), text);
    }
    while (undoableOf(model) > 0) {
      if (random() < 0.5) {
        model.undo();
      } else {
        notebook.undo();
      }
    }
    const sources = new Map(
      notebook.cells.map(cell => [cell.getId(), cell.getSource()])
    );
    expect([...sources.keys()].sort()).toEqual([...IDS].sort());
    for (const id of IDS) {
      expect(sources.get(id)).toBe(edits.get(id) ?? `text of ${id}`);
    }
    model.dispose();
  }
});
