# shellcheck shell=bash
# Sourced: a private Slurm of two nodes on this machine, over loopback only.
#
#   cluster_up DIR      skips the test where it cannot be; sets SLURM_CONF
#   cluster_down        ends what cluster_up has started, and nothing else
#
# Two nodes on one machine need their own host names and their own /dev/shm (Open MPI
# names its files by host), so each slurmd runs in namespaces of its own; and each its own
# directory for PMIx.  No systemd, no control groups, no accounting.

cluster_nodes=(n1 n2)
cluster_pids=()

cluster_check() {
  local program missing=()
  [[ $(id -u) -eq 0 ]] || skip slurm "a private Slurm needs root"
  PATH=$PATH:/usr/sbin
  for program in munged slurmctld slurmd srun sbatch unshare; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [[ ${#missing[@]} -eq 0 ]] || skip slurm "not installed: ${missing[*]}"
  cluster_plugins=$(find /usr/lib -name auth_munge.so -printf '%h\n' -quit 2>/dev/null)
  [[ -n $cluster_plugins ]] || skip slurm "Slurm has no plugin auth_munge.so"
  unshare --uts --mount true 2>/dev/null || skip slurm "namespaces are not allowed here"
}

# A port that nobody listens on, and the next ones.
free_ports() {
  local first
  for ((first = 20000 + RANDOM % 8000; ; first += 16)); do
    ss -Hltn "sport >= :$first and sport <= :$((first + 8))" 2>/dev/null | grep -q . ||
      break
  done
  echo "$first"
}

write_config() {
  local dir=$1 port=$2 node
  cat <<END
ClusterName=lockstep
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$dir/munge.socket
PluginDir=$cluster_plugins
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool.%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.%n.log
PlugStackConfig=$dir/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1,requeue_delay=1
SlurmctldParameters=preempt_send_user_signal
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
KillWait=5
MinJobAge=600
JobRequeue=1
SlurmdParameters=config_overrides
END
  for node in "${cluster_nodes[@]}"; do
    port=$((port + 1))
    echo "NodeName=$node NodeHostname=$node NodeAddr=127.0.0.1 Port=$port CPUs=2" \
      "Boards=1 Sockets=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=500"
  done
  echo "PartitionName=low Nodes=n1,n2 Default=YES PriorityTier=1 GraceTime=10 State=UP"
  echo "PartitionName=high Nodes=n1,n2 PriorityTier=10 PreemptMode=OFF State=UP"
}

start_munge() {
  local dir=$1
  (umask 077 && head -c 1024 /dev/urandom >"$dir/munge.key")
  munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
    --pid-file="$dir/munged.pid" --log-file="$dir/munged.log" \
    --seed-file="$dir/munge.seed" >"$dir/munged.out" 2>&1 ||
    skip slurm "munged does not start: $(tail -n 1 "$dir/munged.out")"
  cluster_pids+=("$(cat "$dir/munged.pid")")
}

start_node() {
  local dir=$1 node=$2
  mkdir -p "$dir/spool.$node" "$dir/conf.$node" "$dir/tmp.$node"
  cp "$dir/slurm.conf" "$dir/plugstack.conf" "$dir/conf.$node/"
  echo "PMIxCliTmpDirBase=$dir/tmp.$node" >"$dir/conf.$node/mpi.conf"
  # shellcheck disable=SC2016 # for the shell in the namespaces
  unshare --uts --mount --propagation private bash -c '
    hostname "$1" && mount -t tmpfs tmpfs /dev/shm &&
      mount --bind "$2/hosts" /etc/hosts &&
      exec slurmd -D -N "$1" -f "$2/conf.$1/slurm.conf"' bash "$node" "$dir" \
    >"$dir/slurmd.$node.out" 2>&1 </dev/null &
  cluster_pids+=($!)
}

cluster_up() {
  local dir=$1 node try
  cluster_check
  mkdir -p "$dir/state"
  chmod 755 "$dir"
  : >"$dir/plugstack.conf"
  write_config "$dir" "$(free_ports)" >"$dir/slurm.conf"
  {
    cat /etc/hosts
    printf '127.0.0.1 %s\n' "${cluster_nodes[@]}"
  } >"$dir/hosts"
  export SLURM_CONF=$dir/slurm.conf
  export OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
  start_munge "$dir"
  slurmctld -D -f "$SLURM_CONF" >"$dir/slurmctld.out" 2>&1 </dev/null &
  cluster_pids+=($!)
  for node in "${cluster_nodes[@]}"; do
    start_node "$dir" "$node"
  done
  for ((try = 0; try < 300; try++)); do
    [[ $(sinfo -h -N -p low -t idle -o %N 2>/dev/null | sort -u | wc -l) -eq 2 ]] &&
      return 0
    sleep 0.1
  done
  tail -n 5 "$dir"/*.log >&2
  echo "FAILED: the nodes of the private Slurm are not idle" >&2
  return 1
}

# Jobs first: a slurmd that ends leaves the ranks of its jobs running.
cluster_down() {
  local pid try
  [[ ${#cluster_pids[@]} -gt 0 ]] || return 0
  timeout 10 scancel --full -u root 2>/dev/null
  for ((try = 0; try < 100; try++)); do
    [[ -z $(timeout 5 squeue -h 2>/dev/null) ]] && break
    sleep 0.1
  done
  for pid in "${cluster_pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null
  done
  for pid in "${cluster_pids[@]}"; do
    for ((try = 0; try < 100; try++)); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
  done
  cluster_pids=()
}
