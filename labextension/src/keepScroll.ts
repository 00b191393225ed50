import type { Notebook } from '@jupyterlab/notebook';
import { MessageLoop } from '@lumino/messaging';

/**
 * Makes a change to what stands above a notebook, while its cells stay where they are on the screen.
 *
 * A notebook seen from its very top stays at its top instead: its title would be covered.
 */
export function keepScroll(content: Notebook, change: () => void): void {
  const { outerNode } = content;
  const top = () => outerNode.getBoundingClientRect().top;
  const before = top();
  const atTop = outerNode.scrollTop === 0;
  change();
  // The layout of Lumino comes with messages: it is to be done before anything is painted.
  MessageLoop.flush();
  if (!atTop) {
    outerNode.scrollTop += top() - before;
  }
}
