// What is published: a few files instead of hundreds. To find and read that many takes Node three times as long as the
// whole import may take.

import { buildForBundlers } from './embedded.mjs';
import { buildForNode } from './node.mjs';

await buildForNode();
await buildForBundlers();
