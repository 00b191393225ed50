import type { Notebook } from '@jupyterlab/notebook';

/** Milliseconds for which cells that are drawn anew may still change their heights. */
const SETTLING = 1000;

/** What an author does to scroll. */
const SCROLLING = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/**
 * Remembers where the cells on screen are; the result puts the first of them that is still there back,
 * and holds it until the cells around it have been drawn.
 */
export function holdScroll(content: Notebook): () => void {
  const { outerNode } = content;
  const frame = outerNode.getBoundingClientRect();
  const seen = content.widgets
    .filter(cell => cell.node.isConnected && !cell.isHidden)
    .map(cell => ({ cell, rect: cell.node.getBoundingClientRect() }))
    .filter(({ rect }) => rect.bottom > frame.top && rect.top < frame.bottom)
    .map(({ cell, rect }) => ({ cell, top: rect.top }));
  return () => {
    const first = seen.find(({ cell }) => !cell.isDisposed && !cell.isHidden);
    if (first === undefined) {
      return;
    }
    const { cell, top } = first;
    const end = performance.now() + SETTLING;
    let held = true;
    const release = () => {
      held = false;
      SCROLLING.forEach(type =>
        window.removeEventListener(type, release, true)
      );
    };
    const hold = () => {
      if (!held || cell.isDisposed || performance.now() > end) {
        release();
        return;
      }
      // In the mode `full`, a cell that has left the screen is not there to be measured.
      if (cell.node.isConnected) {
        const shift = cell.node.getBoundingClientRect().top - top;
        if (Math.abs(shift) >= 1) {
          outerNode.scrollTop += shift;
        }
      }
      requestAnimationFrame(hold);
    };
    SCROLLING.forEach(type => window.addEventListener(type, release, true));
    hold();
  };
}
