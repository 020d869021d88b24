/** Counting what is kept is for a message; nobody's end waits longer for it. */
export const countingMs = 200
export const lookMs = 250
/** What a process that has vanished left is its command's end, if that follows at once: a shell that ran it last. */
export const commandEndMs = 1_000
