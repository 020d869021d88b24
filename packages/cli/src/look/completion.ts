import type { Command } from 'commander'

/** Commands whose words are runs. */
const ofRuns: ReadonlySet<string> = new Set([
  'show',
  'diff',
  'why',
  'watch',
  'rm',
  'export',
  'draw',
  'validate',
])

interface Known {
  readonly name: string
  readonly about: string
  readonly flags: readonly string[]
}

function commandsOf(program: Command): Known[] {
  return program.commands.map((command) => ({
    name: command.name(),
    about: command.description(),
    flags: command.options.flatMap(({ hidden, long }) => (hidden || typeof long !== 'string' ? [] : [long])),
  }))
}

/**
 * Names of runs may hold anything but a slash, and are read, a line each, as they are: `compgen -W` would run what is in them.
 * Of what is typed the quotes go; readline quotes what it puts in, as it does of files.
 */
export function bashScript(program: Command): string {
  const all = commandsOf(program)
  const flags = all.map(({ name, flags }) => `    ${name}) flags="${[...flags, '--help'].join(' ')}" ;;`)
  return `# provloom completion for bash: eval "$(provloom completion bash)"
_provloom() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" flags="" IFS=$'\\n'
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "$(printf '%s\\n' ${all.map(({ name }) => name).join(' ')})" -- "$word"))
    return
  fi
  case "$command" in
${flags.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "\${flags// /$'\\n'}" -- "$word")); return ;;
  esac
  # A folder of the command line's.
  [ "\${COMP_WORDS[COMP_CWORD - 1]}" = --dir ] && return
  local dir=() name i
  for ((i = 2; i < COMP_CWORD; i++)); do
    [ "\${COMP_WORDS[i]}" = --dir ] && dir=(--dir "\${COMP_WORDS[i + 1]}")
  done
  case "$command" in
    ${[...ofRuns].join('|')}) 
      word="\${word//\\\\/}" word="\${word//\\"/}" word="\${word//\\'/}"
      while read -r name; do
        [[ "$name" == "$word"* ]] && COMPREPLY+=("$name")
      done < <(provloom completion runs "\${dir[@]}" 2>/dev/null) ;;
    completion) COMPREPLY=($(compgen -W $'bash\nzsh' -- "$word")) ;;
  esac
}
complete -o default -o filenames -F _provloom provloom
`
}

export function zshScript(program: Command): string {
  const all = commandsOf(program)
  const about = all.map(({ name, about }) => `    '${name}:${about.replaceAll(/['\\:]/g, ' ')}'`)
  const flags = all.map(({ name, flags }) => `    ${name}) flags=(${[...flags, '--help'].join(' ')}) ;;`)
  return `#compdef provloom
# provloom completion for zsh: eval "$(provloom completion zsh)"
_provloom() {
  local -a commands flags runs dir
  local -i i
  commands=(
${about.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case "$words[2]" in
${flags.join('\n')}
  esac
  if [[ "$PREFIX" == -* ]]; then
    compadd -- $flags
    return
  fi
  if [[ "$words[CURRENT-1]" == --dir ]]; then
    _files -/
    return
  fi
  for (( i = 3; i < CURRENT; i++ )); do
    [[ "$words[i]" == --dir ]] && dir=(--dir "$words[i+1]")
  done
  case "$words[2]" in
    ${[...ofRuns].join('|')}) runs=("\${(@f)$(provloom completion runs $dir 2>/dev/null)}"); compadd -- $runs ;;
    completion) compadd -- bash zsh; return ;;
  esac
  _files
}
if [ "$funcstack[1]" = "_provloom" ]; then _provloom "$@"; else compdef _provloom provloom; fi
`
}
