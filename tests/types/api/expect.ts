/** `equal<A, B>()` compiles only when both types are the same; `any` is the same as nothing but itself. */
export function equal<A, B>(..._same: Same<A, B> extends true ? [] : [never]): void {}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
