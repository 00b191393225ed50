import type { Notebook } from '@jupyterlab/notebook';

/** Frames after which cells that are drawn anew have their heights. */
const CALM_FRAMES = 60;

/** Frames after which the cells are left alone, whatever they do. */
const MOST_FRAMES = 600;

/** What an author does to scroll. */
const SCROLLING = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/**
 * Remembers where the cells on screen are; the result puts the first of them back that begins on screen
 * and is still there, and holds it until the cells around it have been drawn.
 */
export function holdScroll(content: Notebook): () => void {
  const { outerNode } = content;
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
    if (!windowed) {
      const first = left.find(({ top }) => top >= frame.top) ?? left[0];
      if (first !== undefined) {
        // The browser would hold the active cell instead, which may stand below those that come in.
        const { overflowAnchor } = outerNode.style;
        outerNode.style.overflowAnchor = 'none';
        hold(
          first.cell.node,
          first.top,
          shift => {
            outerNode.scrollTop += shift;
          },
          () => {
            outerNode.style.overflowAnchor = overflowAnchor;
          }
        );
      }
      return;
    }
    // Where JupyterLab draws the cells on screen alone, it also moves them: it has to be told.
    const whole = left.find(({ top }) => top >= frame.top);
    if (whole !== undefined) {
      const { cell, top } = whole;
      hold(cell.node, top, () => {
        content
          .scrollToItem(
            content.widgets.indexOf(cell),
            'start',
            (top - frame.top) / frame.height
          )
          // Rejected when something else scrolls meanwhile: nothing to mend then.
          .catch(() => undefined);
      });
    }
  };
}

/** Keeps a node at its height on the screen until all is calm, or the author scrolls. */
function hold(
  node: HTMLElement,
  top: number,
  scrollBy: (shift: number) => void,
  done: () => void = () => undefined
): void {
  let calm = 0;
  let frames = 0;
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
    if (Math.abs(shift) >= 1) {
      calm = 0;
      scrollBy(shift);
    }
    requestAnimationFrame(mend);
  };
  SCROLLING.forEach(type => window.addEventListener(type, release, true));
  mend();
}
