import { nullTranslator } from '@jupyterlab/translation';
import { confidencePercent, confidenceWord } from '../confidence';

const trans = nullTranslator.load('');

it.each([
  [0.5, 'perhaps'],
  [0.699, 'perhaps'],
  [0.7, 'likely'],
  [0.899, 'likely'],
  [0.9, 'very likely'],
  [1, 'very likely']
])('%s is %s', (confidence, word) => {
  expect(confidenceWord(confidence, trans)).toBe(word);
});

it('never says that it is certain', () => {
  expect(confidencePercent(1)).toBe(99);
  expect(confidencePercent(0.666)).toBe(67);
});
