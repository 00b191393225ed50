/** One run of letters that is replaced: `start` and `end` are positions in the old text. */
export interface IEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The shortest single replacement that turns one text into another. */
export function editBetween(from: string, to: string): IEdit {
  const shortest = Math.min(from.length, to.length);
  let start = 0;
  while (start < shortest && from[start] === to[start]) {
    start++;
  }
  let same = 0;
  while (
    same < shortest - start &&
    from[from.length - 1 - same] === to[to.length - 1 - same]
  ) {
    same++;
  }
  // A letter outside of the basic plane is two units, and must not be torn apart.
  if (start > 0 && isHigh(from, start - 1)) {
    start--;
  }
  if (same > 0 && isLow(from, from.length - same)) {
    same--;
  }
  return {
    start,
    end: from.length - same,
    text: to.slice(start, to.length - same)
  };
}

/**
 * Both changes of a text in one.
 *
 * Where both have rewritten the same letters, both versions stay, one after the other: the author
 * can strike what is too much, but could not bring back what is lost.
 */
export function merge(base: string, ours: string, theirs: string): string {
  if (ours === theirs || theirs === base) {
    return ours;
  }
  if (ours === base) {
    return theirs;
  }
  const [first, second] = [
    editBetween(base, ours),
    editBetween(base, theirs)
  ].sort((a, b) => a.start - b.start || a.end - b.end);
  if (first.end <= second.start) {
    return (
      base.slice(0, first.start) +
      first.text +
      base.slice(first.end, second.start) +
      second.text +
      base.slice(second.end)
    );
  }
  const start = first.start;
  const rest = base.length - Math.max(first.end, second.end);
  const versions = [ours, theirs].map(text =>
    text.slice(start, text.length - rest)
  );
  return (
    base.slice(0, start) + versions.join('') + base.slice(base.length - rest)
  );
}

function isHigh(text: string, index: number): boolean {
  return /[\uD800-\uDBFF]/.test(text.charAt(index));
}

function isLow(text: string, index: number): boolean {
  return /[\uDC00-\uDFFF]/.test(text.charAt(index));
}
