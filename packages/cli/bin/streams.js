const fs = require('node:fs')
const { Writable } = require('node:stream')
const tty = require('node:tty')

/** A pipe that somebody has made non-blocking is tried again for so long. */
const triesMax = 20
const tryEveryMs = 10

/**
 * Standard output or error that we share with a command. Node's own stream makes the pipe behind it non-blocking for
 * everybody who has it, and a command whose reader is slow then fails in the middle of its output. Node makes that stream
 * when anybody looks at `process.stderr`, even to close a socket: so this one is put in its place.
 */
exports.sharedStream = function sharedStream(descriptor) {
  const stream = new Writable({
    write(bytes, _, done) {
      writeAll(descriptor, bytes)
      done()
    },
  })
  return Object.assign(stream, { fd: descriptor, isTTY: tty.isatty(descriptor) })
}

function writeAll(descriptor, bytes) {
  let at = 0
  for (let tries = 0; at < bytes.length && tries < triesMax; tries++) {
    try {
      at += fs.writeSync(descriptor, bytes, at)
      tries = 0
    } catch (error) {
      // Closed, or nobody reads it any more: that is no trouble of the command's.
      if (error.code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, tryEveryMs)
    }
  }
}
