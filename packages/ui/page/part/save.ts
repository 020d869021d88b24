/** Gives the person a file. */
export function saveFile(name: string, body: Blob | string, type = 'text/plain'): void {
  const blob = typeof body === 'string' ? new Blob([body], { type }) : body
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name.replaceAll(/[^\w.-]+/g, '_')
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000)
}
