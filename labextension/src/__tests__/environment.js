const { default: LabEnvironment } = require('@jupyterlab/testing/lib/jest-env');

/** JupyterLab's environment has the `Request` of Node.js, which takes no `AbortSignal` of jsdom. */
module.exports = class extends LabEnvironment {
  constructor(...options) {
    super(...options);
    this.global.AbortController = AbortController;
    this.global.AbortSignal = AbortSignal;
  }
};
