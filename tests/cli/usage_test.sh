#!/bin/bash
# How the program is called: help, version, guesses, and exit codes before MPI starts.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
cd "$work"

# call EXPECTED ARGUMENT...: without a launcher, into $work/call.out and .err.
call() {
  local expected=$1 code=0
  shift
  timeout 20 "$LOCKSTEP" "$@" >call.out 2>call.err || code=$?
  [[ $code -eq $expected ]] || fail "lockstep $*: exit code $code, expected $expected"
}

# answers PATTERN ARGUMENT...: help on stdout and nothing on stderr.
answers() {
  local pattern=$1
  shift
  call 0 "$@"
  head -n 1 call.out | grep -qE "$pattern" || fail "lockstep $*: $(head -n 1 call.out)"
  [[ ! -s call.err ]] || fail "lockstep $*: $(cat call.err)"
}

# refuses LINE ARGUMENT...: one line on stderr, nothing on stdout, exit code 2.
refuses() {
  local line=$1
  shift
  call 2 "$@"
  [[ ! -s call.out && $(cat call.err) == "lockstep: $line" ]] ||
    fail "lockstep $*: said '$(cat call.err)', expected '$line'"
}

answers '^usage: lockstep <command> ' --help
answers '^usage: lockstep <command> ' -h
answers '^usage: lockstep <command> ' help
answers '^lockstep [0-9]+\.[0-9]+\.[0-9]+$' --version
"$LOCKSTEP" help >commands
commands=$(sed -n 's/^  \([a-z]*\) .*/\1/p' commands)
[[ $(wc -w <<<"$commands") -ge 7 ]] || fail "commands are not listed: $commands"
for command in $commands; do
  answers '^usage: .*lockstep ' "$command" --help
  answers '^usage: .*lockstep ' help "$command"
  if [[ $command != help ]]; then
    grep -q -- ' --help  *show this' call.out || fail "$command: no list of options"
    refuses "'--no-such-thing' is not an option (see --help)" "$command" --no-such-thing
  fi
done

refuses "which command? (see 'lockstep help')"
refuses "'tran' is not a command (did you mean 'train'?)" tran
refuses "'zzz' is not a command (see 'lockstep help')" zzz
refuses "'tran' is not a command (did you mean 'train'?)" help tran
refuses "'--epocs' is not an option (did you mean '--epochs'?)" train --epocs 3
refuses "'--epocs' is not an option (did you mean '--epochs'?)" train --epocs=3
refuses "'--epochs' needs a value" train --epochs
refuses "--discard-newer goes with --resume FILE" train --discard-newer
refuses "'-Z' is not an option (see --help)" train -Z

# A guess for every option and command.
for command in $commands; do
  refuses "'${command}x' is not a command (did you mean '$command'?)" "${command}x"
  for option in $("$LOCKSTEP" help "$command" | sed -nE 's/^  .. --([a-z-]+).*/\1/p'); do
    [[ $command != help ]] || continue
    refuses "'--${option}x' is not an option (did you mean '--$option'?)" \
      "$command" "--${option}x"
  done
done

# Values that are none.
call 2 train --epochs 0
call 2 train --epochs 1.5
call 2 train --epochs 99999999999999999999
call 2 train --lr nan
call 2 train --lr 0
call 2 train --seed -1
call 2 train --allreduce fast
grep -q 'ordered|mpi' call.err || fail "choices are not named: $(cat call.err)"
call 2 train --time-limit soon
call 2 train word
call 2 eval
call 2 train --schedule 'exponential(evry=3)'
grep -q "did you mean 'every'" call.err || fail "no guess: $(cat call.err)"
call 2 train --optimizer 'sgd(momentm=0.9)'
diff - call.err <<'END' || fail "not the place in the optimizer"
  sgd(momentm=0.9)
      ^
lockstep: optimizer:1:5: 'momentm' is not an argument of sgd (did you mean 'momentum'?)
END
call 2 train --weight-decay l3
[[ $(sed -n 2p call.err) == '  ^' ]] || fail "not the place in the decay: $(cat call.err)"

# Under a launcher one rank speaks for all.
exit_of 2 launched 3 train --epocs 3
[[ $(grep -c '^lockstep: ' launched.err) -eq 1 ]] || fail "every rank speaks"
exit_of 0 helped 3 train --help
[[ $(grep -c '^usage: ' helped.out) -eq 1 ]] || fail "every rank helps"
