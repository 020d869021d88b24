import { useEffect, useState } from 'preact/hooks'

/** Okabe and Ito's, in an order in which the first ones are farthest apart; paler ones where it is dark. */
const light = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b27d00', '#3b8ec2', '#7a6f00', '#555b66']
const dark = ['#56b4e9', '#f28e3c', '#2bbd95', '#e39ac3', '#e6b422', '#9ad0f2', '#f0e442', '#a9b0bb']

export type Theme = 'light' | 'dark'

const listeners = new Set<() => void>()
const asked = window.matchMedia('(prefers-color-scheme: dark)')
let chosen: Theme | undefined = read()

export function theme(): Theme {
  return chosen ?? (asked.matches ? 'dark' : 'light')
}

export function palette(of: Theme = theme()): readonly string[] {
  return of === 'dark' ? dark : light
}

export function switchTheme(): void {
  chosen = theme() === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem('provloom-theme', chosen)
  } catch {
    // It is as it is for as long as the page is open.
  }
  apply()
}

export function apply(): void {
  document.documentElement.dataset['theme'] = theme()
  for (const one of listeners) one()
}

asked.addEventListener('change', apply)

export function useTheme(): Theme {
  const [, render] = useState(0)
  useEffect(() => {
    const look = (): void => render((one) => one + 1)
    listeners.add(look)
    return () => void listeners.delete(look)
  }, [])
  return theme()
}

function read(): Theme | undefined {
  try {
    const kept = localStorage.getItem('provloom-theme')
    return kept === 'light' || kept === 'dark' ? kept : undefined
  } catch {
    return undefined
  }
}
