/** Milliseconds in which a key that was pressed is released. */
const RELEASE = 50;

/**
 * Does something that takes JupyterLab a while, such as scrolling far, once the page shows that the author's press
 * of a key or button was noticed, and its release too.
 */
export function afterPaint(act: () => void): void {
  requestAnimationFrame(() => setTimeout(act, RELEASE));
}
