import type { Notebook } from '@jupyterlab/notebook';
import { MessageLoop } from '@lumino/messaging';

/** Makes a change to what stands above a notebook, while its cells stay where they are on the screen. */
export function keepScroll(content: Notebook, change: () => void): void {
  const { outerNode } = content;
  const top = () => outerNode.getBoundingClientRect().top;
  const before = top();
  change();
  // The layout of Lumino comes with messages: it is to be done before anything is painted.
  MessageLoop.flush();
  outerNode.scrollTop += top() - before;
}
