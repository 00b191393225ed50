/** Milliseconds that a picture takes from the page to the screen. */
const SHOWN = 50;

/** Milliseconds in which a key that was pressed is released; one that is held down longer is not waited for. */
const HELD = 500;

/** When a key was pressed that has not been released; null when there is none. */
let pressed: number | null = null;

window.addEventListener(
  'keydown',
  () => {
    pressed = performance.now();
  },
  true
);
window.addEventListener(
  'keyup',
  () => {
    pressed = null;
  },
  true
);

/**
 * Does something that takes JupyterLab a while, such as scrolling far, once the page shows that the author's press
 * of a key or button was noticed, and its release too.
 */
export function afterPaint(act: () => void): void {
  const paint = () => requestAnimationFrame(() => setTimeout(act, SHOWN));
  const left = pressed === null ? 0 : pressed + HELD - performance.now();
  if (left <= 0) {
    paint();
    return;
  }
  const release = () => {
    clearTimeout(timer);
    window.removeEventListener('keyup', release, true);
    paint();
  };
  const timer = setTimeout(release, left);
  window.addEventListener('keyup', release, true);
}
