let begun = false

/** From now on the command runs, or has been told not to be there: nobody may start it again. */
export function commandBegins(): void {
  begun = true
}

export function commandHasBegun(): boolean {
  return begun
}
