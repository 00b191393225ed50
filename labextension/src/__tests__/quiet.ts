// @jupyter/ydoc reads cells before they are part of a document, and Yjs says so for every one of them.
const { warn } = console;
console.warn = (...words: unknown[]) => {
  const text = words.join(' ');
  if (!/Add Yjs type to a document|yjs#509/.test(text)) {
    warn(...words);
  }
};
