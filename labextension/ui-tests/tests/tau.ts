/** Kendall tau of an order against the true one: 1 for the same, -1 for the reverse. */
export function kendallTau(
  order: readonly string[],
  truth: readonly string[]
): number {
  const rank = new Map(truth.map((id, index) => [id, index]));
  const ranks = order.map(id => rank.get(id) ?? NaN);
  let inversions = 0;
  for (let i = 0; i < ranks.length; i++) {
    for (let j = i + 1; j < ranks.length; j++) {
      inversions += ranks[i] > ranks[j] ? 1 : 0;
    }
  }
  return 1 - (4 * inversions) / (ranks.length * (ranks.length - 1));
}
