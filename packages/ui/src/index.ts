// The package's public face: the page over a reader, served.
export { defaultPort, startUi } from './ui.ts'
export type { Ui, UiSettings } from './ui.ts'
