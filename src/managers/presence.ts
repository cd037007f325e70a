import type { Link } from './link.js';
import type { Way } from './lines.js';
import { forgetLink, linkTo } from './proxy.js';

/** The link to a server that is there: the one from before if that still answers, or one that knows nothing of it. */
export async function linkThere(way: Way, before: Link | undefined): Promise<Link> {
  if (before !== undefined) {
    const answers = await before.control('dummy', []).then(
      () => true,
      () => false,
    );
    if (answers) return before;
    forgetLink(before);
  }
  const link = linkTo(way);
  await link.control('dummy', []);
  return link;
}

/** The same, blocking. */
export function linkThereSync(way: Way, before: Link | undefined): Link {
  if (before !== undefined) {
    if (answersSync(before)) return before;
    forgetLink(before);
  }
  const link = linkTo(way);
  link.controlSync('dummy', []);
  return link;
}

function answersSync(link: Link): boolean {
  try {
    link.controlSync('dummy', []);
    return true;
  } catch {
    return false;
  }
}
