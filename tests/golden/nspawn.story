container web (systemd-nspawn)
    stub init 256652 = pid 1, program 256653 = pid 2   cgroup /payload
    set-up 59.8 ms, 224 calls
  rootfs      /tmp/golden/web
   +0.0 ms  create       systemd-nspawn 256650: systemd-nspawn -q --register=no
                         --keep-unit --pipe --as-pid2 -D <rootfs> /bin/echo
                         hello
  +10.3 ms               systemd-nspawn 256650: makes systemd-nspawn 256651,
                         which makes the namespaces and sets the mounts up
  +10.5 ms  namespaces   systemd-nspawn 256651: new mnt 4026532180
  +10.7 ms  identity     systemd-nspawn 256651: signal when its parent ends:
                         SIGKILL
  +10.7 ms  rootfs       systemd-nspawn 256651: / and all below made rslave
  +10.7 ms               systemd-nspawn 256651: <rootfs> bound on itself, with
                         all below, made shared
  +10.9 ms  mounts       systemd-nspawn 256651: tmpfs on /tmp
                         (nosuid,nodev,strictatime;
                         mode=1777,size=10%,nr_inodes=400k,uid=0,gid=0)
  +10.9 ms               systemd-nspawn 256651: sysfs on /sys
                         (ro,nosuid,nodev,noexec)
  +10.9 ms               systemd-nspawn 256651: tmpfs on /dev
                         (nosuid,strictatime;
                         mode=755,size=4m,nr_inodes=64k,uid=0,gid=0)
  +11.0 ms               systemd-nspawn 256651: tmpfs on /dev/shm
                         (nosuid,nodev,strictatime;
                         mode=1777,size=10%,nr_inodes=400k,uid=0,gid=0)
  +11.0 ms               systemd-nspawn 256651: tmpfs on /run
                         (nosuid,nodev,strictatime;
                         mode=755,size=20%,nr_inodes=800k,uid=0,gid=0)
  +11.0 ms               systemd-nspawn 256651: /run/host bound on itself
  +11.1 ms               systemd-nspawn 256651: /etc/os-release bound on
                         /run/host/os-release (ro,nosuid,nodev,noexec)
  +11.1 ms  devices      systemd-nspawn 256651: /dev/null c 1:3,
                         /dev/zero c 1:5, /dev/full c 1:7, /dev/random c 1:8,
                         /dev/urandom c 1:9, /dev/tty c 5:0 (mode 0666),
                         /dev/net/tun c 10:200 (mode 0600)
  +11.2 ms               systemd-nspawn 256651: /run/host/inaccessible/reg (mode
                         0000, owner 0:0)
  +11.2 ms  create       systemd-nspawn 256651: fifo /run/host/inaccessible/fifo
  +11.2 ms  devices      systemd-nspawn 256651: /run/host/inaccessible/sock
                         (mode 0000, owner 0:0)
  +11.2 ms               systemd-nspawn 256651:
                         /run/host/inaccessible/chr c 0:0,
                         /run/host/inaccessible/blk b 0:0 (mode 0000, owner 0:0)
  +11.3 ms  mounts       systemd-nspawn 256651: devpts on /dev/pts
                         (nosuid,noexec;
                         newinstance,ptmxmode=0666,mode=620,gid=5)
  +11.6 ms               systemd-nspawn 256651:
                         /run/systemd/nspawn/propagate/web bound on
                         /run/host/incoming (ro), made slave
  +11.6 ms  identity     systemd-nspawn 256651: session keyring (new)
  +11.7 ms  mounts       systemd-nspawn 256651: /etc/localtime (outside) bound
                         on /etc/localtime (ro,nosuid,nodev)
  +12.1 ms  root switch  systemd-nspawn 256651: <rootfs> moved to /
  +12.1 ms               systemd-nspawn 256651: chroot("."): what lies on /
                         becomes /
  +12.1 ms  create       systemd-nspawn 256651: makes stub init 256652, which
                         makes the namespaces, sets the mounts up and stays as
                         the container's first process
  +12.3 ms  namespaces   new mnt 4026532181, pid 4026532186, uts 4026532183,
                         ipc 4026532185
  +12.6 ms  mounts       proc on /proc (nosuid,nodev,noexec)
  +12.7 ms  masking      read-only: /proc/sys, /proc/acpi, /proc/bus, /proc/fs,
                         /proc/irq; not here, which is normal: /proc/kallsyms,
                         /proc/keys, /proc/timer_list
  +12.9 ms  mounts       mqueue on /dev/mqueue (nosuid,nodev,noexec)
  +12.9 ms               /run/host now ro,nosuid,nodev,noexec
  +13.2 ms  cgroup       systemd-nspawn 256650: stub init 256652 into /payload
                         of unified, systemd (14.7 ms)
  +28.0 ms               systemd-nspawn 256650: systemd-nspawn 256650 into
                         /supervisor of unified, systemd
  +28.2 ms  rootfs       systemd-nspawn 256650: cgroup on /tmp/unified7xvSRC
                         (outside) (nosuid,nodev,noexec;
                         none,name=systemd,xattr)
  +28.3 ms  cgroup       systemd-nspawn 256650: stub init 256652 into /payload
                         of unified7xvSRC
  +28.3 ms  rootfs       systemd-nspawn 256650: /tmp/unified7xvSRC (outside)
                         unmounted
  +28.5 ms  namespaces   new cgroup 4026532180
  +28.6 ms  mounts       tmpfs on /sys/fs/cgroup
                         (nosuid,nodev,noexec,strictatime;
                         mode=755,size=4m,nr_inodes=1k,uid=0,gid=0)
  +28.7 ms               cgroup on /sys/fs/cgroup/cpuset
                         (ro,nosuid,nodev,noexec; cpuset)
  +28.7 ms               cgroup on /sys/fs/cgroup/blkio (ro,nosuid,nodev,noexec;
                         blkio)
  +28.7 ms               cgroup on /sys/fs/cgroup/devices
                         (ro,nosuid,nodev,noexec; devices)
  +28.8 ms               cgroup on /sys/fs/cgroup/memory
                         (ro,nosuid,nodev,noexec; memory)
  +28.8 ms               cgroup on /sys/fs/cgroup/cpuacct
                         (ro,nosuid,nodev,noexec; cpuacct)
  +28.8 ms               cgroup on /sys/fs/cgroup/cpu (ro,nosuid,nodev,noexec;
                         cpu)
  +28.8 ms               cgroup on /sys/fs/cgroup/freezer
                         (ro,nosuid,nodev,noexec; freezer)
  +28.8 ms               cgroup on /sys/fs/cgroup/pids (ro,nosuid,nodev,noexec;
                         pids)
  +28.9 ms               cgroup on /sys/fs/cgroup/systemd (nosuid,nodev,noexec;
                         none,name=systemd,xattr)
  +28.9 ms               /sys/fs/cgroup now ro,nosuid,nodev,noexec,strictatime
                         (mode=755)
  +28.9 ms  masking      /proc/sys/kernel/random/boot_id <-
                         /run/.#proc-sys-kernel-random-boot-id5d31d2f5c2c2933b
  +28.9 ms  create       fifo /run/.#proc-kmsg53197da1b9340019
  +29.0 ms  masking      /proc/kmsg <- /run/.#proc-kmsg53197da1b9340019
  +29.0 ms  identity     hostname web
  +29.0 ms               limits: CPU unlimited, FSIZE unlimited, DATA unlimited,
                         STACK 8388608 (at most unlimited), CORE 0 (at most
                         unlimited), RSS unlimited, NPROC 96364, NOFILE 1024 (at
                         most 20000), MEMLOCK 8388608, AS unlimited, LOCKS
                         unlimited, SIGPENDING 96364, MSGQUEUE 819200, NICE 0,
                         RTPRIO 0, RTTIME unlimited
  +29.0 ms               seccomp: a filter refused, which is normal
  +29.1 ms               asks what the kernel can do (seccomp, 6 probes)
  +41.1 ms               seccomp: a filter of 566 instructions, a filter of 455
                         instructions, a filter of 470 instructions, a filter of
                         11 instructions, a filter of 16 instructions (17.1 ms)
  +58.6 ms               capabilities 25 of 41; inheritable the same
  +58.6 ms               dropped from the bounding set: 15 capabilities
  +59.0 ms  create       makes systemd-nspawn 256653, which becomes the program
  +59.4 ms  hand-over    systemd-nspawn 256653: execve /bin/echo hello: uid 0,
                         gid 0; 25 of 41 capabilities; 5 seccomp filters
  handed over
    program       /bin/echo hello
    executable    /bin/busybox
    pid           256653, 2 in its pid namespace
    namespaces    new: mnt 4026532181, uts 4026532183, ipc 4026532185,
                  cgroup 4026532180, pid 4026532186
                  the host's: net 4026531833, time 4026531834, user 4026531837
    root          / (ext4 /dev/vda[/tmp/golden/web])
    cwd           /
    mounts
      /                           ext4    rw                      shared 28
          /dev/vda[/tmp/golden/web]  discard,resv_strict,resuid=65534,resgid=...
      |- /dev                     tmpfs   rw,nosuid               shared 34 ...
      |  |- /dev/mqueue           mqueue  rw,nosuid,nodev,noexec  shared 50
      |  |- /dev/pts              devpts  rw,nosuid,noexec        shared 41 ...
      |  `- /dev/shm              tmpfs   rw,nosuid,nodev         shared 36 ...
      |- /etc/localtime           ext4    ro,nosuid,nodev         shared 43
      |      /dev/vda[/usr/share/zoneinfo/Etc/UTC]  discard,resv_strict,resui...
      |- /proc                    proc    rw,nosuid,nodev,noexec  shared 48
      |  |- /proc/{acpi,bus,fs,irq}  proc    ro,nosuid,nodev,noexec  shared 48
      |  |      (each bound on itself)
      |  |- /proc/kmsg            tmpfs   rw,nosuid,nodev         shared 38
      |  |      tmpfs[/.#proc-kmsg53197da1b9340019]  mode=755,size=20%,nr_ino...
      |  |- /proc/sys             proc    ro,nosuid,nodev,noexec  shared 48
      |  |      proc[/sys]
      |  |  `- /proc/sys/kernel/random/boot_id
      |  |                        tmpfs   ro,nosuid,nodev,noexec  shared 38
      |  |         tmpfs[/.#proc-sys-kernel-random-boot-id5d31d2f5c2c2933b]  ...
      |  `- /proc/sys/kernel/random/boot_id
      |                           tmpfs   rw,nosuid,nodev         shared 38
      |         (under proc on /proc/sys) tmpfs[/.#proc-sys-kernel-random-boo...
      |- /run                     tmpfs   rw,nosuid,nodev         shared 38 ...
      |  |- /run/host             tmpfs   ro,nosuid,nodev,noexec  shared 38
      |  |      tmpfs[/host]  mode=755,size=20%,nr_inodes=800k,uid=0,gid=0
      |  |  |- /run/host/incoming  ext4    ro                      slave of 42
      |  |  |      /dev/vda[/run/systemd/nspawn/propagate/web]  discard,resv_...
      |  |  `- /run/host/os-release  ext4    ro,nosuid,nodev,noexec  shared 39
      |  |         /dev/vda[/usr/lib/os-release]  discard,resv_strict,resuid=...
      |  |- /run/host/incoming    ext4    rw                      shared 42
      |  |      (under tmpfs on /run/host) /dev/vda[/run/systemd/nspawn/propa...
      |  `- /run/host/os-release  ext4    rw                      shared 39
      |         (under tmpfs on /run/host) /dev/vda[/usr/lib/os-release]  dis...
      |- /sys                     sysfs   ro,nosuid,nodev,noexec  shared 32
      |  `- /sys/fs/cgroup        tmpfs   ro,nosuid,nodev,noexec  shared 53 ...
      |     |- /sys/fs/cgroup/{blkio,cpu,6 more}
      |     |                     cgroup  ro,nosuid,nodev,noexec  shared
      |     `- /sys/fs/cgroup/systemd  cgroup  rw,nosuid,nodev,noexec  shared 71
      |            cgroup[/payload]  name=systemd
      `- /tmp                     tmpfs   rw,nosuid,nodev         shared 30 ...
      33 mounts; -v shows each; 20 more outside this root
    devices       /dev/net/tun 0600? uid 0 gid ?,
                  /dev/{full,null,random,tty,urandom,zero} 0666? uid 0 gid ?
    user          uid 0, gid 0, no other groups
    capabilities  25 of 41, among them CAP_DAC_READ_SEARCH CAP_LINUX_IMMUTABLE
                  CAP_IPC_OWNER CAP_SYS_PTRACE CAP_SYS_ADMIN CAP_SYS_BOOT
                  CAP_SYS_NICE CAP_AUDIT_CONTROL
                  inheritable 25
    privileges    no_new_privs is not set, seccomp: 5 filters
    limits        stack 8388608 (hard: unlimited), core 0 (hard: unlimited),
                  nproc 96364, nofile 1024 (hard: 20000), memlock 8388608,
                  sigpending 96364, msgqueue 819200, nice 0, rtprio 0
    cgroup        in cgroup2 and name=systemd: /payload
    hostname      web
    also          session keyring (new)
    inferred      27 of 53 mounts, hostname
    unknown       cgroup in blkio, cpu, cpuacct, cpuset, devices, freezer,
                  memory and pids

container web   exited with 0 after 0.70 ms

cttrace: ebpf (raw tracepoints sys_enter, sys_exit, sched_process_fork, sched_process_exec, sched_process_exit, cgroup_attach_task), live from 2026-11-28T23:52:13.579318Z: 244 events, 227 calls
cttrace: nothing lost
