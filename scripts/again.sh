# shellcheck shell=bash
# Sourced by what starts a run again: scripts/supervise.sh, and slurm/job.sh for jobs that
# requeue themselves and for chains.
#
# Launchers do not always pass exit codes on, so the line that the run leaves in
# DIR/status has the last word: `exit=75 step=120 stopped reason=SIGTERM`.

# status_word DIR WORD: prints what the line says of exit, step or reason.
status_word() {
  sed -n "s/.*\b$2=\([^ ]*\).*/\1/p" "$1/status" 2>/dev/null
}

# saved_step DIR: prints the newest checkpoint's step, from which a restart begins; -1.
saved_step() {
  local newest
  newest=$(find "$1" -maxdepth 1 -name 'ckpt-*.h5' 2>/dev/null | sort | tail -n 1)
  newest=${newest##*/ckpt-}
  newest=${newest%.h5}
  [[ $newest =~ ^[0-9]+$ ]] && echo $((10#$newest)) || echo -1
}

# wait_for_launcher PROCESS DIR: sets $code.  A signal to this shell ends `wait`, not the
# launcher, so it is waited for until it is gone.
wait_for_launcher() {
  local said
  wait "$1"
  code=$?
  while kill -0 "$1" 2>/dev/null; do
    wait "$1"
    code=$?
  done
  said=$(status_word "$2" exit)
  if [[ $said == none && $code -eq 0 ]]; then
    code=137 # a launcher that has lost a host may call that a success
  elif [[ $said =~ ^[0-9]+$ && $code -ne 0 ]]; then
    code=$said
  fi
}

# why_not_again CODE DIR: prints why it would be no use, or unwanted, to start again after
# a start that has ended like that; nothing where it is right.
why_not_again() {
  local code=$1 said reason
  said=$(status_word "$2" exit)
  reason=$(status_word "$2" reason)
  case $reason in
  stop-file | step-reached)
    echo "stopped on request ($reason)"
    return
    ;;
  esac
  # It was running and did not end by itself: killed, whatever the launcher calls that.
  [[ $said != none ]] || return 0
  case $code in
  0) echo "done" ;;
  # 128 and more: of a signal; 75, 76: docs/failures.md
  75 | 76 | 12[89] | 1[3-9]? | 2??) ;;
  *) echo "exit code $code is nothing that a restart helps against" ;;
  esac
}
