/**
 * Does something that takes JupyterLab a while, such as scrolling far, once the page shows that the author's press
 * of a key or button was noticed.
 */
export function afterPaint(act: () => void): void {
  requestAnimationFrame(() => setTimeout(act));
}
