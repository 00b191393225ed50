import type { TranslationBundle } from '@jupyterlab/translation';

/** From here on a move is very likely right: confidences are calibrated, so about nine of ten such moves are. */
const VERY_LIKELY = 0.9;

/** From here on a move is likely right: seven of ten are. */
const LIKELY = 0.7;

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
