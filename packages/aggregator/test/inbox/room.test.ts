import { Dealer } from 'zeromq'
import { expect, test } from 'vitest'
import { ZeroMqInbox } from '../../src/inbox/zeromq/zeromq-inbox.ts'

test('takes nothing more while there is no room, however little it took before', async () => {
  const taken: string[] = []
  let asked = 0
  let tell = (): void => {}
  let go = (): void => {}
  const gate = new Promise<void>((resolve) => (go = resolve))
  const inbox = new ZeroMqInbox({
    listen: '127.0.0.1',
    keys: undefined,
    onFrame: (_, payload) => {
      taken.push(payload.toString())
      tell()
    },
    room: () => {
      asked++
      tell()
      return gate
    },
  })
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (tell = resolve))
  }
  const dealer = new Dealer({ linger: 0 })
  try {
    const port = await inbox.bind([0])
    inbox.receive()
    dealer.connect(`tcp://127.0.0.1:${port}`)
    await dealer.send('one')
    await until(() => asked === 1)
    await dealer.send('two')
    for (let turn = 0; turn < 1_000; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(taken).toEqual(['one'])
    go()
    await until(() => taken.length === 2)
    expect(taken).toEqual(['one', 'two'])
  } finally {
    go()
    dealer.close()
    await inbox.stop()
  }
})
