/** To be imported before an aggregator: its parts have neither bounds nor curves then, as what they cost is measured. */
import { register } from 'node:module'

register('./plain-hooks.js', import.meta.url)
