import type { TranslationBundle } from '@jupyterlab/translation';

/** How sure a move of a check must be to be shown, as the settings name it. */
export type Threshold = 'cautious' | 'balanced';

/** From here on a move is very likely right: confidences are calibrated, so nine of ten such moves are. */
const VERY_LIKELY = 0.9;

/** From here on a move is likely right: seven of ten are. */
const LIKELY = 0.7;

/** The least confidence of the moves that each threshold shows; balanced is what the server itself was fitted to. */
export const LEAST_CONFIDENCE: Readonly<Record<Threshold, number>> = {
  cautious: VERY_LIKELY,
  balanced: 0
};

/** A confidence between 0 and 1 as a word. */
export function confidenceWord(
  confidence: number,
  trans: TranslationBundle
): string {
  if (confidence >= VERY_LIKELY) {
    return trans.__('very likely');
  }
  return confidence >= LIKELY ? trans.__('likely') : trans.__('perhaps');
}

/** A confidence between 0 and 1 in per cent; never 100, as no suggestion is certain. */
export function confidencePercent(confidence: number): number {
  return Math.min(99, Math.round(100 * confidence));
}
