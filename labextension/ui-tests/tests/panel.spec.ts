import type { NotebookPanel } from '@jupyterlab/notebook';
import { madeOf, withoutIds, write } from './files';
import { answerTo, expect, question, test } from './lab';

const IDS = ['c1', 'c2', 'c3', 'm1', 'm2', 'm3'];
const ORDER = ['m1', 'c1', 'm2', 'c2', 'm3', 'c3'];
const MOVED = ['m1', 'm2', 'm3'];

test.describe('what the panel says', () => {
  test('nothing needs moving', async ({ lab }) => {
    write('in-order.ipynb', madeOf(IDS));
    await lab.open('in-order.ipynb');
    await lab.answerWith(IDS, []);
    await lab.suggest();
    await expect(lab.panel).toContainText(
      'Every markdown cell seems to stand in its place.'
    );
  });

  for (const [name, ids, sentence] of [
    ['markdown only', ['m1', 'm2'], 'There is no code in this notebook'],
    ['code only', ['c1', 'c2'], 'There is no markdown cell to place.'],
    // JupyterLab puts a code cell into it.
    ['an empty notebook', [], 'There is no markdown cell to place.']
  ] as const) {
    test(`nothing to place: ${name}`, async ({ lab }) => {
      write('nothing.ipynb', madeOf(ids));
      await lab.open('nothing.ipynb');
      await lab.toolbarButton.click();
      await expect(lab.panel).toContainText(sentence);
    });
  }

  test('the notebook is read-only: nothing is asked', async ({ lab }) => {
    write('read-only.ipynb', madeOf(IDS));
    await lab.page.route('**/api/contents/read-only.ipynb?*', async route => {
      const response = await route.fetch();
      const json = (await response.json()) as object;
      await route.fulfill({ response, json: { ...json, writable: false } });
    });
    let asked = false;
    await lab.page.route('**/cellorder/**', route => {
      asked = true;
      return route.continue();
    });
    await lab.open('read-only.ipynb');
    await lab.toolbarButton.click();
    await expect(lab.panel).toContainText('This notebook is read-only');
    expect(asked).toBe(false);
  });

  const health = {
    package_version: '7.7.7',
    api_version: 1,
    bundle: null,
    backend: 'onnx',
    state: 'cold',
    message: null
  };
  for (const [name, endpoint, status, body, sentence, action] of [
    [
      'the server side is missing',
      'health',
      404,
      {},
      'Cell Order is not installed where the Jupyter server runs',
      'Copy the install command'
    ],
    [
      'the server is older',
      'health',
      200,
      { ...health, api_version: 0 },
      'The server runs Cell Order 7.7.7, which is too old',
      'Copy the upgrade command'
    ],
    [
      'the server is newer',
      'health',
      200,
      { ...health, api_version: 2 },
      'which is too old for the 7.7.7 of the server',
      'Reload the page'
    ],
    [
      'the server is busy',
      'suggest',
      503,
      { message: 'Busy.', reason: 'busy' },
      'The server is busy with other suggestions; it asks for 5 seconds.',
      'Try again'
    ],
    [
      'the model is broken',
      'suggest',
      503,
      { message: 'Install it again.', reason: 'bundle-corrupt' },
      'The server cannot load its model',
      'Copy the install command'
    ],
    [
      'it took too long',
      'suggest',
      504,
      { message: 'Place fewer cells at once.', reason: 'timed-out' },
      'The suggestion took too long',
      'Try again'
    ],
    [
      'the notebook is too large',
      'suggest',
      413,
      { message: 'Shorten the longest cells.', reason: 'body-too-large' },
      'This notebook holds more text than the server reads',
      'Show the longest cell'
    ]
  ] as const) {
    test(`a failure in plain words, with one thing to do: ${name}`, async ({
      lab
    }) => {
      write('failure.ipynb', madeOf(IDS));
      await lab.open('failure.ipynb');
      await lab.failWith(endpoint, status, body, { 'Retry-After': '5' });
      await lab.toolbarButton.click();
      const alert = lab.panel.locator('[data-kind=error]');
      await expect(alert).toContainText(sentence);
      await expect(alert.getByRole('button')).toHaveText([action]);
      await expect(lab.banner).toContainText(sentence);
    });
  }

  test('a failure can be tried again', async ({ lab }) => {
    write('again.ipynb', madeOf(IDS));
    await lab.open('again.ipynb');
    await lab.failWith('suggest', 504, { reason: 'timed-out' });
    await lab.toolbarButton.click();
    await expect(lab.button('Try again')).toBeVisible();
    await lab.page.unrouteAll();
    await lab.answerWith(ORDER, MOVED);
    await lab.button('Try again').click();
    await expect(lab.moves).toHaveCount(3);
  });
});

test('it can be cancelled while it thinks, and asks only once', async ({
  lab
}) => {
  write('cancel.ipynb', madeOf(IDS));
  await lab.open('cancel.ipynb');
  let requests = 0;
  await lab.page.route('**/cellorder/suggest*', () => {
    // Never answered.
    requests += 1;
  });
  const aborted = lab.page.waitForEvent('requestfailed', request =>
    request.url().includes('/cellorder/suggest')
  );
  await lab.toolbarButton.dblclick();
  await expect(lab.panel.getByRole('progressbar')).toBeVisible();
  await expect(lab.panel).toContainText('Reading 6 cells…');
  await lab.toolbarButton.click();
  await lab.button('Cancel').click();
  await aborted;
  await expect(lab.button('Check this notebook')).toBeVisible();
  expect(requests).toBe(1);
  expect(await lab.order()).toEqual(IDS);
});

test('the list returns when another question is cancelled', async ({ lab }) => {
  write('cancel-again.ipynb', madeOf(IDS));
  await lab.open('cancel-again.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await expect(lab.moves).toHaveCount(3);
  await lab.page.route('**/cellorder/suggest*', () => {
    // Never answered.
  });
  await lab.toolbarButton.click();
  await expect(lab.panel.getByRole('progressbar')).toBeVisible();
  await lab.button('Cancel').click();
  await expect(lab.moves).toHaveCount(3);
  await lab.button('Apply all').click();
  await expect.poll(() => lab.order()).toEqual(ORDER);
});

test('what is edited or deleted while it thinks is left out and named', async ({
  lab
}) => {
  write('edited.ipynb', madeOf(IDS));
  await lab.open('edited.ipynb');
  await lab.page.route('**/cellorder/suggest*', async route => {
    await lab.edit('m1', 'The author types on');
    await lab.select('m2', 'm2');
    await lab.command('notebook:delete-cell');
    await route.fulfill({ json: answerTo(route.request(), ORDER, MOVED) });
  });
  await lab.suggest();
  await lab.button('Apply all').click();
  await expect(lab.panel).toContainText('2 moves were left out');
  expect(await lab.statuses()).toEqual({
    m1: 'edited',
    m2: 'deleted',
    m3: 'applied'
  });
  expect(await lab.order()).toEqual(['c1', 'c2', 'm3', 'c3', 'm1']);
});

test('moves are applied one by one, and undone in turn', async ({ lab }) => {
  write('single.ipynb', madeOf(IDS));
  await lab.open('single.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await lab.tick('m1').click();
  await lab.tick('m3').click();
  await lab.button('Apply ticked (1)').click();
  await expect(lab.panel).toContainText('1 move applied.');
  expect(await lab.order()).toEqual(['c1', 'm2', 'c2', 'c3', 'm1', 'm3']);
  await lab.tick('m1').click();
  await lab.button('Apply ticked (1)').click();
  expect(await lab.order()).toEqual(['m1', 'c1', 'm2', 'c2', 'c3', 'm3']);
  await lab.button('Undo').click();
  await lab.button('Undo').click();
  expect(await lab.order()).toEqual(IDS);
  await lab.button('Discard').click();
  await expect(lab.moves).toHaveCount(0);
});

test('what was applied can be undone when asked again, too', async ({
  lab
}) => {
  write('again.ipynb', madeOf(IDS));
  await lab.open('again.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await lab.button('Apply all').click();
  await expect(lab.panel).toContainText('3 moves applied.');
  await lab.answerWith(ORDER, []);
  await lab.toolbarButton.click();
  for (const place of [lab.panel, lab.banner]) {
    await expect(place).toContainText('Every markdown cell seems to');
    await expect(place.getByRole('button', { name: 'Undo' })).toBeEnabled();
  }
  await lab.button('Undo').click();
  expect(await lab.order()).toEqual(IDS);
  await expect(lab.banner).toHaveCount(0);
  await expect(lab.button('Check this notebook')).toBeVisible();
});

test('undoing keeps what was changed after the moves', async ({ lab }) => {
  write('later.ipynb', madeOf(IDS));
  await lab.open('later.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await lab.button('Apply all').click();
  await expect(lab.button('Undo')).toBeVisible();
  await lab.edit('m1', 'Written after the move');
  await lab.button('Undo').click();
  await expect(lab.panel).toContainText('what you changed since was kept');
  expect(await lab.order()).toEqual(IDS);
  await expect(
    lab.page.locator('.jp-MarkdownCell').filter({ hasText: 'Written after' })
  ).toBeVisible();
});

test('active cell, selection and open editors stay with their cells', async ({
  lab
}) => {
  write('view.ipynb', madeOf(IDS));
  await lab.open('view.ipynb');
  await lab.select('m2', 'm2');
  await lab.command('notebook:enter-edit-mode');
  await lab.command('notebook:enter-command-mode');
  await lab.select('m1', 'm2');
  const before = await lab.view();
  expect(before).toMatchObject({ active: 'm2', selected: ['m1', 'm2'] });
  expect(before.unrendered).toContain('m2');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await lab.button('Apply all').click();
  await expect(lab.panel).toContainText('3 moves applied.');
  expect(await lab.order()).toEqual(ORDER);
  expect(await lab.view()).toEqual(before);
  await lab.button('Undo').click();
  await expect(lab.button('Apply all')).toBeVisible();
  expect(await lab.view()).toEqual(before);
});

test('selected cells are placed from the context menu; pinned cells are named to the server', async ({
  lab
}) => {
  const notebook = madeOf(IDS);
  notebook.cells[3].metadata = { deletable: false };
  write('selected.ipynb', notebook);
  await lab.open('selected.ipynb');
  await lab.select('c3', 'm2');
  await lab.answerWith(['c1', 'm2', 'c2', 'c3', 'm1', 'm3'], ['m2']);
  await lab.page
    .locator('.jp-MarkdownCell')
    .filter({ hasText: 'Words of m2' })
    .click({ button: 'right' });
  const asked = lab.page.waitForRequest('**/cellorder/suggest*');
  await lab.page
    .getByRole('menuitem', { name: 'Place the Selected Cells' })
    .click();
  const { mode, selected, cells } = question(await asked);
  expect(mode).toBe('selected');
  expect(selected).toContain('m2');
  expect(selected.every(id => id.startsWith('m'))).toBe(true);
  expect(cells.filter(cell => cell.pinned).map(cell => cell.id)).toEqual([
    'm1'
  ]);
  await expect(lab.moves).toHaveCount(1);
  await expect(lab.moves).toContainText(/before \[\s\]\sc2 = 1/);
});

test('ordering all markdown from scratch asks for confirmation', async ({
  lab
}) => {
  write('all.ipynb', madeOf(IDS));
  await lab.open('all.ipynb');
  await lab.answerWith(ORDER, MOVED);
  const dialog = lab.page.getByRole('dialog');
  let asked = 0;
  lab.page.on('request', request => {
    asked += request.url().includes('/cellorder/suggest') ? 1 : 0;
  });
  const menu = lab.page.getByRole('menuitem', { name: 'Edit', exact: true });
  const item = lab.page.getByRole('menuitem', {
    name: 'Order All Markdown from Scratch'
  });
  await menu.click();
  await item.click();
  await expect(dialog).toContainText('ignores where the markdown cells stand');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  expect(asked).toBe(0);

  await menu.click();
  await item.click();
  const request = lab.page.waitForRequest('**/cellorder/suggest*');
  await dialog.getByRole('button', { name: 'Suggest' }).click();
  expect(question(await request).mode).toBe('all');
  await expect(lab.moves).toHaveCount(3);
});

test('a collapsed heading opens for what moves under it, and closes on undo', async ({
  lab
}) => {
  const ids = ['h1a', 'c1', 'h2a', 'c2', 'h2b', 'c3', 'm1'];
  const order = ['h1a', 'c1', 'h2a', 'm1', 'c2', 'h2b', 'c3'];
  const notebook = madeOf(ids);
  notebook.cells[2].metadata = { 'jp-MarkdownHeadingCollapsed': true };
  write('collapsed.ipynb', notebook);
  await lab.open('collapsed.ipynb');
  const shown = ['h1a', 'c1', 'h2a', 'h2b', 'c3', 'm1'];
  await expect.poll(() => lab.shownOrder()).toEqual(shown);
  await lab.answerWith(order, ['m1']);
  await lab.suggest();
  await lab.button('Apply all').click();
  await expect(lab.panel).toContainText('1 move applied.');
  await expect.poll(() => lab.shownOrder()).toEqual(order);
  await lab.button('Undo').click();
  await expect.poll(() => lab.shownOrder()).toEqual(shown);
  expect(await lab.order()).toEqual(ids);
  // Under a heading that is collapsed now, whoever made it so.
  await lab.command('notebook:redo-cell-action');
  const hidden = ['m1', 'c2'];
  await expect
    .poll(() => lab.shownOrder())
    .toEqual(order.filter(id => !hidden.includes(id)));
  await lab.page.evaluate(() =>
    window.jupyterapp.commands.execute('notebook:expand-all-headings')
  );
  await expect.poll(() => lab.shownOrder()).toEqual(order);
});

for (const by of ['cellorder:undo', 'notebook:undo-cell-action']) {
  test(`what a heading hid that was collapsed since comes back with it: ${by}`, async ({
    lab
  }) => {
    const ids = ['c1', 'c2', 'c3', 'h2a'];
    const order = ['c1', 'h2a', 'c2', 'c3'];
    write('collapsed-since.ipynb', madeOf(ids));
    await lab.open('collapsed-since.ipynb');
    await lab.answerWith(order, ['h2a']);
    await lab.suggest();
    await lab.button('Apply all').click();
    await expect.poll(() => lab.shownOrder()).toEqual(order);
    await lab.page
      .locator('.jp-MarkdownCell .jp-collapseHeadingButton')
      .dispatchEvent('click');
    await expect.poll(() => lab.shownOrder()).toEqual(['c1', 'h2a']);
    await lab.command(by);
    await expect.poll(() => lab.shownOrder()).toEqual(ids);
  });
}

test('a collapsed heading moves alone and leaves nothing hidden', async ({
  lab
}) => {
  const ids = ['c1', 'h2a', 'c2', 'c3'];
  const order = ['h2a', 'c1', 'c2', 'c3'];
  const notebook = madeOf(ids);
  notebook.cells[1].metadata = { 'jp-MarkdownHeadingCollapsed': true };
  write('heading.ipynb', notebook);
  await lab.open('heading.ipynb');
  await expect.poll(() => lab.shownOrder()).toEqual(['c1', 'h2a']);
  await lab.answerWith(order, ['h2a']);
  await lab.suggest();
  await lab.button('Apply all').click();
  await expect.poll(() => lab.shownOrder()).toEqual(order);
  await lab.button('Undo').click();
  await expect.poll(() => lab.shownOrder()).toEqual(['c1', 'h2a']);
});

test('it can be used with the keyboard alone', async ({ lab }) => {
  const { keyboard } = lab.page;
  write('keyboard.ipynb', madeOf(IDS));
  await lab.open('keyboard.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.page.locator('.jp-CodeCell').first().click();
  await keyboard.press('Escape');
  await keyboard.press('Alt+Shift+O');
  await expect(lab.moves).toHaveCount(3);
  await lab.command('cellorder:show-list');
  await expect(lab.row('m1')).toBeFocused();
  for (const before of [
    lab.panel.getByRole('checkbox'),
    lab.button('Discard'),
    lab.button('Apply all')
  ]) {
    await keyboard.press('Shift+Tab');
    await expect(before).toBeFocused();
  }
  await lab.row('m1').focus();
  // The cell and the place it is to go to are marked while the move has the focus.
  const moving = lab.page.locator('.jp-CellOrder-moving');
  const pointed = lab.page.locator('.jp-CellOrder-slots > .jp-mod-pointed');
  await expect(moving).toContainText('Words of m1');
  await expect(pointed).toHaveText('Words of m1');
  await keyboard.press('ArrowDown');
  await expect(lab.row('m2')).toBeFocused();
  await expect(moving).toContainText('Words of m2');
  await expect(pointed).toHaveText('Words of m2');
  await keyboard.press('Enter');
  await expect.poll(async () => (await lab.view()).active).toBe('m2');
  await expect(lab.row('m2')).toBeFocused();
  await keyboard.press('Space');
  await expect(lab.row('m2')).toHaveAttribute('aria-selected', 'false');
  await keyboard.press('Control+Enter');
  await expect(lab.panel).toContainText('2 moves applied.');
  expect(await lab.order()).toEqual(['m1', 'c1', 'c2', 'm3', 'c3', 'm2']);
  await lab.button('Undo').focus();
  await keyboard.press('Enter');
  await expect(lab.button('Apply ticked (2)')).toBeFocused();
  expect(await lab.order()).toEqual(IDS);
  await keyboard.press('Escape');
  await expect(lab.moves).toHaveCount(0);
  await expect(lab.slots).toHaveCount(0);
  await expect(moving).toHaveCount(0);
  await expect(lab.page.locator('.jp-Notebook :focus')).toHaveCount(1);
  // Back in the notebook, keys mean what they meant before.
  await keyboard.press('ArrowUp');
  expect((await lab.view()).active).toBe('m1');
});

test('the keyboard stays in the panel when the button that was pressed is gone', async ({
  lab
}) => {
  const { keyboard } = lab.page;
  write('kept.ipynb', madeOf(IDS));
  await lab.open('kept.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.command('cellorder:show-list');
  await expect(lab.button('Check this notebook')).toBeFocused();
  await keyboard.press('Enter');
  await expect(lab.moves).toHaveCount(3);
  await expect(lab.panel).toBeFocused();
  await keyboard.press('Escape');
  await expect(lab.moves).toHaveCount(0);
});

test('commands are for the notebook in front alone', async ({ lab }) => {
  const { page } = lab;
  write('behind.ipynb', madeOf(IDS));
  await lab.open('behind.ipynb');
  await lab.answerWith(ORDER, MOVED);
  await lab.suggest();
  await expect(lab.moves).toHaveCount(3);
  const enabled = () =>
    page.evaluate(() =>
      window.jupyterapp.commands
        .listCommands()
        .filter(
          id =>
            id.startsWith('cellorder:') &&
            window.jupyterapp.commands.isEnabled(id)
        )
        .map(id => id.split(':')[1])
        .sort()
    );
  const always = ['show-list', 'suggest'];
  expect(await enabled()).toEqual(
    [
      ...['apply-all', 'apply-ticked', 'check', 'discard', 'order-all'],
      ...['place-selected', ...always]
    ].sort()
  );
  await page.evaluate(async () => {
    const { commands, shell } = window.jupyterapp;
    const launcher = (await commands.execute('launcher:create')) as {
      id: string;
    };
    shell.activateById(launcher.id);
  });
  await expect.poll(enabled).toEqual(always);
  await page.evaluate(() => window.jupyterapp.shell.currentWidget?.dispose());
});

test('attachments, metadata and cells of an old format without ids survive', async ({
  lab
}) => {
  const notebook = madeOf(IDS);
  notebook.cells[3].metadata = { tags: ['kept'], custom: { deep: [1, 2] } };
  notebook.cells[3].attachments = { 'a.png': { 'image/png': 'iVBORw0KGgo=' } };
  write('old.ipynb', withoutIds(notebook));
  await lab.open('old.ipynb');
  const contents = () =>
    lab.page.evaluate(() => {
      const panel = window.jupyterapp.shell.currentWidget as NotebookPanel;
      return (panel.model?.sharedModel.cells ?? []).map(cell => cell.toJSON());
    });
  const before = await contents();
  const ids = await lab.order();
  const order = [3, 0, 4, 1, 5, 2].map(index => ids[index]);
  await lab.answerWith(order, ids.slice(3));
  await lab.suggest();
  await lab.button('Apply all').click();
  await expect(lab.panel).toContainText('3 moves applied.');
  expect(await contents()).toEqual([3, 0, 4, 1, 5, 2].map(i => before[i]));
  await lab.button('Undo').click();
  await expect(lab.button('Apply all')).toBeVisible();
  expect(await contents()).toEqual(before);
});
