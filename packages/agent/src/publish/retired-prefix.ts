/** Folders of streams that are let go: never published again, by whichever agent. */
export const retiredPrefix = 'retired.'
