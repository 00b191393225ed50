import type { Notebook } from '@jupyterlab/notebook';

/** Frames after which cells that are drawn anew have their heights. */
const CALM_FRAMES = 60;

/** Frames after which the cells are left alone, whatever they do. */
const MOST_FRAMES = 600;

/**
 * Frames that JupyterLab gets, where it places the cells itself, to bring them back alone: it draws, measures and
 * places them again after every scroll, and never comes to rest when it is told to scroll meanwhile.
 */
const PATIENCE_FRAMES = 8;

/** The notebooks whose cells are being held, and what lets go of them. */
const held = new WeakMap<Notebook, () => void>();

/** What an author does to scroll. */
const SCROLLING = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/**
 * Remembers where the cells on screen are; the result puts the first of them back that begins on screen
 * and is still there, and holds it until the cells around it have been drawn.
 *
 * A notebook seen from its very top stays at its top instead: a title that comes there is to be seen.
 */
export function holdScroll(content: Notebook): () => void {
  held.get(content)?.();
  const { outerNode } = content;
  const topmost = () => content.widgets.find(cell => !cell.isHidden);
  const start =
    outerNode.scrollTop === 0
      ? topmost()?.node.getBoundingClientRect().top
      : undefined;
  const frame = outerNode.getBoundingClientRect();
  const windowed = content.notebookConfig.windowingMode === 'full';
  const seen = content.widgets
    .filter(cell => cell.node.isConnected && !cell.isHidden)
    // JupyterLab leaves the node of the active cell among those on screen, invisible, wherever it belongs.
    .filter(cell => !windowed || cell.inViewport)
    .map(cell => ({ cell, rect: cell.node.getBoundingClientRect() }))
    .filter(({ rect }) => rect.bottom > frame.top && rect.top < frame.bottom)
    .map(({ cell, rect }) => ({ cell, top: rect.top }));
  return () => {
    const left = seen.filter(({ cell }) => !cell.isDisposed && !cell.isHidden);
    const title = topmost();
    if (start !== undefined && title !== undefined) {
      left.unshift({ cell: title, top: start });
    }
    if (!windowed) {
      const first = left.find(({ top }) => top >= frame.top) ?? left[0];
      if (first !== undefined) {
        // The browser would hold the active cell instead, which may stand below those that come in.
        const { overflowAnchor } = outerNode.style;
        outerNode.style.overflowAnchor = 'none';
        const release = hold(
          first.cell.node,
          first.top,
          shift => {
            outerNode.scrollTop += shift;
          },
          0,
          () => {
            outerNode.style.overflowAnchor = overflowAnchor;
          }
        );
        held.set(content, release);
      }
      return;
    }
    // Where JupyterLab draws the cells on screen alone, it also moves them: it has to be told.
    const whole = left.find(({ top }) => top >= frame.top);
    if (whole !== undefined) {
      const { cell, top } = whole;
      const place = () => {
        content
          .scrollToItem(
            content.widgets.indexOf(cell),
            'start',
            (top - frame.top) / frame.height
          )
          // Rejected when something else scrolls meanwhile: nothing to mend then.
          .catch(() => undefined);
      };
      held.set(content, hold(cell.node, top, place, PATIENCE_FRAMES));
    }
  };
}

/**
 * Keeps a node at its height on the screen until all is calm, the author scrolls, or the result is called.
 *
 * @param patience Frames that a node may be off its height before something is done about it, but for the first time.
 */
function hold(
  node: HTMLElement,
  top: number,
  scrollBy: (shift: number) => void,
  patience: number,
  done: () => void = () => undefined
): () => void {
  let calm = 0;
  let frames = 0;
  let off = patience;
  const release = () => {
    if (frames <= MOST_FRAMES) {
      done();
    }
    frames = MOST_FRAMES + 1;
    SCROLLING.forEach(type => window.removeEventListener(type, release, true));
  };
  const mend = () => {
    if (frames >= MOST_FRAMES || calm >= CALM_FRAMES) {
      release();
      return;
    }
    const shift = node.getBoundingClientRect().top - top;
    frames++;
    calm++;
    if (Math.abs(shift) < 1) {
      off = 0;
    } else {
      calm = 0;
      off++;
      if (off > patience) {
        off = 0;
        scrollBy(shift);
      }
    }
    requestAnimationFrame(mend);
  };
  SCROLLING.forEach(type => window.addEventListener(type, release, true));
  mend();
  return release;
}
