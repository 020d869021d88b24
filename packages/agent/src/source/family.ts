/** A process by its number, and its parent's. */
export interface Kin {
  readonly pid: number
  readonly parentPid: number
}

/** Of a list of processes, the one with `rootPid` and all its descendants. */
export function membersOf<Each extends Kin>(list: readonly Each[], rootPid: number): Each[] {
  const family = new Set([rootPid])
  // A child may stand before its parent in the list: go over it until nothing is added.
  for (let before = 0; before !== family.size;) {
    before = family.size
    for (const one of list) if (family.has(one.parentPid)) family.add(one.pid)
  }
  return list.filter((one) => family.has(one.pid))
}
