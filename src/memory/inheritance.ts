import { inForkedChild } from '../system/generation.js';

/**
 * A process that forks itself goes on with what its child has as well: memory that it has taken over, say, and that it
 * gives back when nothing refers to it any more. The child's copy of the reference is not counted anywhere. So the parent
 * keeps for its children what they have inherited until they have ended, and the child never gives it back.
 */
export interface Stake {
  /** Which process has it: how many forks lie between it and the first one. */
  readonly generation: number;
  /** How many children the process had forked by then; later ones have inherited it. */
  readonly forks: number;
}

let generation = 0;
let forks = 0;
/** The children that live: what their number was, by the ids of their slots. */
const heirs = new Map<number, number>();
let kept: { readonly stake: Stake; readonly giveBack: () => void }[] = [];

inForkedChild(() => {
  generation++;
  heirs.clear();
  kept = [];
});

/** To be asked for when something is taken over that will have to be given back. */
export function takeStake(): Stake {
  return { generation, forks };
}

/** Gives something back: at once, when the last child that has inherited it has ended, or not at all. */
export function renounce(stake: Stake, giveBack: () => void): void {
  if (stake.generation !== generation) return;
  if (isInherited(stake)) kept.push({ stake, giveBack });
  else giveBack();
}

export function addHeir(id: number): void {
  heirs.set(id, ++forks);
}

export function removeHeir(id: number): void {
  heirs.delete(id);
  const due = kept.filter(({ stake }) => !isInherited(stake));
  kept = kept.filter(({ stake }) => isInherited(stake));
  for (const { giveBack } of due) giveBack();
}

function isInherited(stake: Stake): boolean {
  for (const number of heirs.values()) if (number > stake.forks) return true;
  return false;
}
