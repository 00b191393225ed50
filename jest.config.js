const lab = require('@jupyterlab/testing/lib/jest-config')(__dirname);

// Published as ES modules, which Jest does not read as they are.
const esModules = [
  '@codemirror',
  '@jupyter',
  '@jupyterlab',
  '@marijn',
  '@microsoft',
  'exenv-es6',
  'lib0',
  'marked',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

module.exports = {
  ...lab,
  reporters: ['default'],
  roots: ['<rootDir>/labextension/src'],
  setupFiles: [
    ...lab.setupFiles,
    '<rootDir>/labextension/src/__tests__/quiet.ts'
  ],
  testEnvironment: '<rootDir>/labextension/src/__tests__/environment.js',
  testRegex: '/__tests__/.*\\.spec\\.tsx?$',
  transformIgnorePatterns: [`/node_modules/(?!(${esModules})/)`]
};
