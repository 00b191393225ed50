/** Letters of the longest snippet. */
const LENGTH = 80;

/** Letters of a line that are looked at; an image written into the text can be megabytes long. */
const READ = 1000;

/** The first words of a markdown cell as plain text; empty when there are none. */
export function markdownSnippet(source: string, length = LENGTH): string {
  for (const line of source.split(/\r?\n/)) {
    const text = plain(line);
    if (/[\p{L}\p{N}]/u.test(text)) {
      return cut(text, length);
    }
  }
  return '';
}

/** The level, 1..6, of the heading that a markdown cell begins with; null when it begins otherwise. */
export function headingLevel(source: string): number | null {
  const match =
    /^(?:[ \t]*\r?\n)* {0,3}(?:(#{1,6})(?:\s|$)|<h([1-6])[\s>])/i.exec(
      source.slice(0, READ)
    );
  return match ? (match[1]?.length ?? Number(match[2])) : null;
}

/** The first line of code that is more than blanks. */
export function codeSnippet(source: string, length = LENGTH): string {
  const line = source.split(/\r?\n/).find(text => text.trim() !== '');
  return cut((line ?? '').trim(), length);
}

function plain(line: string): string {
  return line
    .slice(0, READ)
    .replace(/<[/!]?[a-z][^>]*(?:>|$)/gi, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*(?:\)|$)/g, '$1')
    .replace(/^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?)+/, '')
    .replace(/\*\*|__|~~|`+/g, '')
    .replace(
      /(^|[^\p{L}\p{N}])[*_]+(?=\S)|(?<=\S)[*_]+(?![\p{L}\p{N}])/gu,
      '$1'
    )
    .replace(/\s+/g, ' ')
    .trim();
}

function cut(text: string, length: number): string {
  const letters = Array.from(text);
  return letters.length > length
    ? `${letters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`
    : text;
}
