// The package's public face: the calls of a training, for who has installed the command.
export * from '@provloom/agent'
