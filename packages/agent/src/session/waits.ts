/** Counting what is kept is for a message; nobody's end waits longer for it. */
export const countingMs = 200
export const lookMs = 250
/** Between two looks, with room for a busy machine: the end of a process that nobody tells of is known as well as this. */
export const seenEndMs = 1_000
/** What a process that has vanished left is its command's end, if that follows at once: a shell that ran it last. */
export const commandEndMs = 1_000
