const LENGTH = 80;

/** The first words of a markdown cell as plain text; empty when there are none. */
export function markdownSnippet(source: string): string {
  for (const line of source.split(/\r?\n/)) {
    const text = plain(line);
    if (/[\p{L}\p{N}]/u.test(text)) {
      return cut(text);
    }
  }
  return '';
}

/** The first line of code that is more than blanks. */
export function codeSnippet(source: string): string {
  const line = source.split(/\r?\n/).find(text => text.trim() !== '');
  return cut((line ?? '').trim());
}

function plain(line: string): string {
  return line
    .replace(/<[^>]*>/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?)+/, '')
    .replace(/\*\*|__|~~|`+/g, '')
    .replace(
      /(^|[^\p{L}\p{N}])[*_]+(?=\S)|(?<=\S)[*_]+(?![\p{L}\p{N}])/gu,
      '$1'
    )
    .replace(/\s+/g, ' ')
    .trim();
}

function cut(text: string): string {
  const letters = Array.from(text);
  return letters.length > LENGTH
    ? `${letters
        .slice(0, LENGTH - 1)
        .join('')
        .trimEnd()}…`
    : text;
}
