container web (systemd-nspawn)   stub init 16652 = pid 1, program 16653 = pid 2
    cgroup /payload   set-up 90.0 ms, 209 calls
  rootfs      /tmp/golden/web
   +0.0 ms  create       systemd-nspawn 16610: systemd-nspawn -q --register=no
                         --keep-unit --pipe --as-pid2 -D <rootfs> /bin/echo
                         hello
   +6.7 ms               systemd-nspawn 16610: makes systemd-nspawn 16651, which
                         makes the namespaces and sets the mounts up
   +6.9 ms  namespaces   systemd-nspawn 16651: new mnt 4026532178
   +7.2 ms  identity     systemd-nspawn 16651: signal when its parent ends:
                         SIGKILL
   +7.2 ms  rootfs       systemd-nspawn 16651: / and all below made rslave
   +7.3 ms               systemd-nspawn 16651: <rootfs> bound on itself, with
                         all below, made shared
   +7.5 ms  mounts       systemd-nspawn 16651: tmpfs on /tmp
                         (nosuid,nodev,strictatime;
                         mode=1777,size=10%,nr_inodes=400k,uid=0,gid=0)
   +7.6 ms               systemd-nspawn 16651: sysfs on /sys
                         (ro,nosuid,nodev,noexec)
   +7.6 ms               systemd-nspawn 16651: tmpfs on /dev
                         (nosuid,strictatime;
                         mode=755,size=4m,nr_inodes=64k,uid=0,gid=0)
   +7.7 ms               systemd-nspawn 16651: tmpfs on /dev/shm
                         (nosuid,nodev,strictatime;
                         mode=1777,size=10%,nr_inodes=400k,uid=0,gid=0)
   +7.8 ms               systemd-nspawn 16651: tmpfs on /run
                         (nosuid,nodev,strictatime;
                         mode=755,size=20%,nr_inodes=800k,uid=0,gid=0)
   +7.8 ms               systemd-nspawn 16651: /run/host bound on itself
   +7.9 ms               systemd-nspawn 16651: /etc/os-release bound on
                         /run/host/os-release (ro,nosuid,nodev,noexec)
   +8.0 ms  devices      systemd-nspawn 16651: /dev/null c 1:3, /dev/zero c 1:5,
                         /dev/full c 1:7, /dev/random c 1:8, /dev/urandom c 1:9,
                         /dev/tty c 5:0, /dev/net/tun c 10:200 (mode 0666)
   +8.2 ms               systemd-nspawn 16651: /run/host/inaccessible/reg (mode
                         0000, owner 0:0)
   +8.2 ms  create       systemd-nspawn 16651: fifo /run/host/inaccessible/fifo
   +8.2 ms  devices      systemd-nspawn 16651: /run/host/inaccessible/sock (mode
                         0000, owner 0:0)
   +8.2 ms               systemd-nspawn 16651: /run/host/inaccessible/chr c 0:0,
                         /run/host/inaccessible/blk b 0:0 (mode 0000, owner 0:0)
   +8.3 ms  mounts       systemd-nspawn 16651: devpts on /dev/pts
                         (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=620,gid=5)
   +8.4 ms               systemd-nspawn 16651: /run/systemd/nspawn/propagate/web
                         bound on /run/host/incoming (ro), made slave
   +8.4 ms  identity     systemd-nspawn 16651: session keyring (new)
   +8.5 ms  mounts       systemd-nspawn 16651: /etc/localtime bound on
                         /etc/localtime (ro,nosuid,nodev)
   +9.0 ms  root switch  systemd-nspawn 16651: <rootfs> moved to /
   +9.1 ms               systemd-nspawn 16651: chroot("."): what lies on /
                         becomes /
   +9.1 ms  create       systemd-nspawn 16651: makes stub init 16652, which
                         makes the namespaces, sets the mounts up and stays as
                         the container's first process
   +9.4 ms  namespaces   new mnt 4026532179, pid 4026532182, uts 4026532180,
                         ipc 4026532181
   +9.8 ms  mounts       proc on /proc (nosuid,nodev,noexec)
   +9.8 ms  masking      read-only: /proc/sys, /proc/acpi, /proc/bus, /proc/fs,
                         /proc/irq; not here, which is normal: /proc/kallsyms,
                         /proc/keys, /proc/timer_list
  +10.5 ms  mounts       mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +10.5 ms               /run/host now ro,nosuid,nodev,noexec
  +10.8 ms  cgroup       systemd-nspawn 16610: stub init 16652 into /payload of
                         unified, systemd (11.6 ms)
  +22.5 ms               systemd-nspawn 16610: systemd-nspawn 16610 into
                         /supervisor of unified, systemd
  +22.7 ms  rootfs       systemd-nspawn 16610: cgroup on /tmp/unifiedGPqB3g
                         (outside) (nosuid,nodev,noexec;
                         none,name=systemd,xattr)
  +22.8 ms  cgroup       systemd-nspawn 16610: stub init 16652 into /payload of
                         unifiedGPqB3g
  +22.9 ms  rootfs       systemd-nspawn 16610: /tmp/unifiedGPqB3g (outside)
                         unmounted
  +26.5 ms  namespaces   new cgroup 4026532178
  +26.6 ms  mounts       tmpfs on /sys/fs/cgroup
                         (nosuid,nodev,noexec,strictatime;
                         mode=755,size=4m,nr_inodes=1k,uid=0,gid=0)
  +26.7 ms               cgroup on /sys/fs/cgroup/cpuacct
                         (ro,nosuid,nodev,noexec; cpuacct)
  +26.8 ms               cgroup on /sys/fs/cgroup/cpu (ro,nosuid,nodev,noexec;
                         cpu)
  +26.9 ms               cgroup on /sys/fs/cgroup/memory
                         (ro,nosuid,nodev,noexec; memory)
  +26.9 ms               cgroup on /sys/fs/cgroup/devices
                         (ro,nosuid,nodev,noexec; devices)
  +27.0 ms               cgroup on /sys/fs/cgroup/pids (ro,nosuid,nodev,noexec;
                         pids)
  +27.0 ms               cgroup on /sys/fs/cgroup/freezer
                         (ro,nosuid,nodev,noexec; freezer)
  +27.1 ms               cgroup on /sys/fs/cgroup/blkio (ro,nosuid,nodev,noexec;
                         blkio)
  +27.1 ms               cgroup on /sys/fs/cgroup/cpuset
                         (ro,nosuid,nodev,noexec; cpuset)
  +27.2 ms               cgroup on /sys/fs/cgroup/systemd (nosuid,nodev,noexec;
                         none,name=systemd,xattr)
  +27.2 ms               /sys/fs/cgroup now ro,nosuid,nodev,noexec,strictatime
                         (mode=755)
  +27.3 ms  masking      /proc/sys/kernel/random/boot_id <-
                         /run/.#proc-sys-kernel-random-boot-id20c13869a01985f4
  +27.3 ms  create       fifo /run/.#proc-kmsg5e470ec509402ca5
  +27.4 ms  masking      /proc/kmsg <- /run/.#proc-kmsg5e470ec509402ca5
  +27.5 ms  identity     hostname web
  +27.5 ms               limits: CPU unlimited, FSIZE unlimited, DATA unlimited,
                         STACK 8388608 (at most unlimited), CORE 0 (at most
                         unlimited), RSS unlimited, NPROC 96365, NOFILE 1024 (at
                         most 20000), MEMLOCK 8388608, AS unlimited, LOCKS
                         unlimited, SIGPENDING 96365, MSGQUEUE 819200, NICE 0,
                         RTPRIO 0, RTTIME unlimited
  +27.5 ms               seccomp: a filter
  +27.6 ms               asks what the kernel can do (seccomp, 6 probes)
  +52.6 ms               seccomp: a filter of 566 instructions, a filter of 455
                         instructions, a filter of 470 instructions, a filter of
                         11 instructions, a filter of 16 instructions (36.2 ms)
  +89.0 ms               capabilities 25; inheritable the same
  +89.1 ms               dropped from the bounding set: 15 capabilities
  +89.1 ms  create       makes systemd-nspawn 16653, which becomes the program
  +89.7 ms  hand-over    systemd-nspawn 16653: execve /bin/echo hello: uid 0,
                         gid 0; 25 of 41 capabilities; 5 seccomp filters
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           16653, 2 in its pid namespace
    namespaces    new: mnt 4026532179, uts 4026532180, ipc 4026532181,
                  cgroup 4026532178, pid 4026532182
                  the host's: net 4026531833, time 4026531834, user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/web])
    cwd           /
    mounts
      /                           ext4    rw                      shared 29  ...
      |- /dev                     tmpfs   rw,nosuid               shared 35  ...
      |  |- /dev/mqueue           mqueue  rw,nosuid,nodev,noexec  shared 51
      |  |- /dev/pts              devpts  rw,nosuid,noexec        shared 42  ...
      |  `- /dev/shm              tmpfs   rw,nosuid,nodev         shared 37  ...
      |- /etc/localtime           ext4    ro,nosuid,nodev         shared 44  ...
      |- /proc                    proc    rw,nosuid,nodev,noexec  shared 49
      |  |- /proc/{acpi,bus,fs,irq}  proc    ro,nosuid,nodev,noexec  shared 4...
      |  |- /proc/kmsg            tmpfs   rw,nosuid,nodev         shared 39  ...
      |  |- /proc/sys             proc    ro,nosuid,nodev,noexec  shared 49  ...
      |  |  `- /proc/sys/kernel/random/boot_id  tmpfs   ro,nosuid,nodev,noexe...
      |  `- /proc/sys/kernel/random/boot_id  tmpfs   rw,nosuid,nodev         ...
      |- /run                     tmpfs   rw,nosuid,nodev         shared 39  ...
      |  |- /run/host             tmpfs   ro,nosuid,nodev,noexec  shared 39  ...
      |  |  |- /run/host/incoming  ext4    ro                      slave of 4...
      |  |  `- /run/host/os-release  ext4    ro,nosuid,nodev,noexec  shared 4...
      |  |- /run/host/incoming    ext4    rw                      shared 43  ...
      |  `- /run/host/os-release  ext4    rw                      shared 40  ...
      |- /sys                     sysfs   ro,nosuid,nodev,noexec  shared 33
      |  `- /sys/fs/cgroup        tmpfs   ro,nosuid,nodev,noexec  shared 54  ...
      |     |- /sys/fs/cgroup/{blkio,cpu,6 more}  cgroup  ro,nosuid,nodev,noe...
      |     `- /sys/fs/cgroup/systemd  cgroup  rw,nosuid,nodev,noexec  shared...
      `- /tmp                     tmpfs   rw,nosuid,nodev         shared 31  ...
      33 mounts; -v shows each; 21 more outside this root
    devices       /dev/net/tun 0600? uid 0 gid ?,
                  /dev/{full,null,random,tty,urandom,zero} 0666? uid 0 gid ?
    user          uid 0, gid 0, no other groups
    capabilities  25 of 41, among them CAP_DAC_READ_SEARCH CAP_LINUX_IMMUTABLE
                  CAP_IPC_OWNER CAP_SYS_PTRACE CAP_SYS_ADMIN CAP_SYS_BOOT
                  CAP_SYS_NICE CAP_AUDIT_CONTROL
                  inheritable 25
    privileges    no_new_privs is not set, seccomp: 5 filters
    limits        stack 8388608 (hard: unlimited), core 0 (hard: unlimited),
                  nproc 96365, nofile 1024 (hard: 20000), memlock 8388608,
                  sigpending 96365, msgqueue 819200, nice 0, rtprio 0
    cgroup        /payload
    hostname      web
    also          session keyring (new)
    inferred      27 of 54 mounts, hostname

container web   exited with 0 after 0.38 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-25T03:42:22.529293Z: 244 events, 227 calls
cttrace: nothing lost
