/** How a run, a rank or a finding stands: never by colour alone. */
export interface StatusLook {
  readonly glyph: string
  readonly word: string
  readonly tone: 'good' | 'live' | 'bad' | 'warn' | 'lost' | 'quiet'
}

const looks: Readonly<Record<string, StatusLook>> = {
  running: { glyph: '●', word: 'running', tone: 'live' },
  completed: { glyph: '✓', word: 'completed', tone: 'good' },
  failed: { glyph: '✕', word: 'failed', tone: 'bad' },
  killed: { glyph: '■', word: 'killed', tone: 'bad' },
  lost: { glyph: '?', word: 'lost', tone: 'lost' },
  absent: { glyph: '?', word: 'never came', tone: 'lost' },
  unseen: { glyph: '?', word: 'ended unseen', tone: 'lost' },
  incomplete: { glyph: '?', word: 'incomplete', tone: 'lost' },
  slow: { glyph: '▲', word: 'slow', tone: 'warn' },
}

export function statusLook(status: string): StatusLook {
  return (
    (Object.hasOwn(looks, status) ? looks[status] : undefined) ?? { glyph: '○', word: status, tone: 'quiet' }
  )
}
