/** A machine's or a run's id, as part of a file's name: one that is none of ours may hold anything. */
export function plain(id: string): string {
  return id.replaceAll(/[^\w-]/g, '_').slice(0, 64)
}
