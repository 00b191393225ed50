import type { ReactWidget } from '@jupyterlab/ui-components';

/** Renders a widget, and keeps the keyboard in it where the button that was pressed is gone. */
export function keepFocus(widget: ReactWidget, render: () => void): void {
  const { node } = widget;
  const held = node.contains(document.activeElement);
  render();
  if (held) {
    void widget.renderPromise?.then(() => {
      if (document.activeElement === document.body) {
        node.focus();
      }
    });
  }
}
