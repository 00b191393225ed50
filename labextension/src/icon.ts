import { LabIcon } from '@jupyterlab/ui-components';

/** A text block moving up between lines of code. */
export const orderIcon = new LabIcon({
  name: 'jupyter-cellorder:order',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <rect x="6" y="2" width="9" height="2" rx="1"/>
    <rect x="6" y="7" width="9" height="2" rx="1"/>
    <rect x="6" y="12" width="9" height="2" rx="1"/>
    <path d="M3.5 2.2 6 5.4H4.3v7.8a.8.8 0 0 1-1.6 0V5.4H1z"/>
  </g>
</svg>`
});
