import { testViewStays } from './stays';

for (const windowingMode of ['full', 'contentVisibility']) {
  testViewStays(250, windowingMode);
}
